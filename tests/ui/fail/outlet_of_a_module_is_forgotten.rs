#[path = "../modules.rs"]
#[allow(dead_code, reason = "each program uses some of it")]
mod modules;

use millpond::Pipeline;
use millpond::stages::FromIter;
use modules::{Tell, Told};

fn main() {
    let pipeline = Pipeline::named("wrong");
    let texts = pipeline.source(FromIter::new(["1", "b"].map(String::from)));
    let Told { numbers } = pipeline.builder().module(Tell, texts);
    numbers.ignore();
}
