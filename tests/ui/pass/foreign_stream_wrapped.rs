use futures::StreamExt;
use millpond::Pipeline;
use millpond::operators::flow;
use millpond::stages::FromIter;

fn main() {
    Pipeline::named("right")
        .source(FromIter::new(0..10_u64))
        .node("chunks", |numbers| flow(StreamExt::ready_chunks(numbers, 4)))
        .for_each("count", |chunk: Vec<u64>| assert!(chunk.len() <= 4));
}
