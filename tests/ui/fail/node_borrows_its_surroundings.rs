#[path = "../stages.rs"]
#[allow(dead_code, reason = "each program uses some of it")]
mod stages;

use millpond::Pipeline;
use millpond::stages::FromIter;

fn main() {
    let factor = 3;
    Pipeline::named("wrong")
        .source(FromIter::new(0..10_u64))
        .node("scale", |numbers| numbers.map(|n| n * factor))
        .ignore();
}
