#[path = "../modules.rs"]
#[allow(dead_code, reason = "each program uses some of it")]
mod modules;

use millpond::Pipeline;
use millpond::stages::FromIter;
use modules::{Join, Tell, Told};

fn main() {
    let pipeline = Pipeline::named("right");
    let texts = pipeline.source(FromIter::new(["1", "b"].map(String::from)));
    let Told { numbers, others } = pipeline.builder().module(Tell, texts);
    let texts = numbers.map(|n| n.to_string());
    let joined = pipeline.builder().module(Join, (texts, others));
    joined.for_each("print", |_: String| ());
}
