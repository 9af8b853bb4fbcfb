#[path = "../stages.rs"]
#[allow(dead_code, reason = "each program uses some of it")]
mod stages;

use millpond::Pipeline;
use millpond::stages::FromIter;

fn main() {
    let pipeline = Pipeline::named("wrong");
    let numbers = pipeline.source(FromIter::new(0..10_u64));
    let words = pipeline.source(FromIter::new(["a", "b"]));
    numbers.merge("both", [words]).ignore();
}
