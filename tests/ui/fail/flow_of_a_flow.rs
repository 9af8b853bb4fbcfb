#[path = "../stages.rs"]
#[allow(dead_code, reason = "each program uses some of it")]
mod stages;

use millpond::Pipeline;
use millpond::operators::flow;
use millpond::stages::FromIter;

fn main() {
    Pipeline::named("wrong")
        .source(FromIter::new(0..10_u64))
        .node("again", |numbers| flow(numbers))
        .ignore();
}
