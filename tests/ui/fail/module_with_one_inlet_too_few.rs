#[path = "../modules.rs"]
#[allow(dead_code, reason = "each program uses some of it")]
mod modules;

use millpond::Pipeline;
use millpond::stages::FromIter;
use modules::Join;

fn main() {
    let pipeline = Pipeline::named("wrong");
    let texts = pipeline.source(FromIter::new(["1", "b"].map(String::from)));
    pipeline.builder().module(Join, texts).ignore();
}
