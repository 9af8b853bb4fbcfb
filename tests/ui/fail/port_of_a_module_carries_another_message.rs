#[path = "../modules.rs"]
#[allow(dead_code, reason = "each program uses some of it")]
mod modules;

use millpond::Pipeline;
use millpond::stages::FromIter;
use modules::{Tell, Told};

fn main() {
    let pipeline = Pipeline::named("wrong");
    let numbers = pipeline.source(FromIter::new(0..10_u64));
    let Told { numbers, others } = pipeline.builder().module(Tell, numbers);
    numbers.ignore();
    others.ignore();
}
