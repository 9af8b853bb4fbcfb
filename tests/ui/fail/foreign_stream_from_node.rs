#[path = "../stages.rs"]
#[allow(dead_code, reason = "each program uses some of it")]
mod stages;

use futures::StreamExt;
use millpond::Pipeline;
use millpond::stages::FromIter;

fn main() {
    Pipeline::named("wrong")
        .source(FromIter::new(0..10_u64))
        .node("buffer", |numbers| StreamExt::ready_chunks(numbers, 4))
        .ignore();
}
