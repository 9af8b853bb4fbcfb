#[allow(unused_imports, reason = "that nobody needs it is the point")]
use futures::StreamExt as _;
use millpond::Pipeline;
use millpond::stages::FromIter;

fn main() {
    // `map`, `filter` and `take` are methods of both; the flow's own win.
    Pipeline::named("right")
        .source(FromIter::new(0..10_u64))
        .node("some", |numbers| {
            numbers.map(|n| n + 1).filter(|n| n % 2 == 0).take(3)
        })
        .ignore();
}
