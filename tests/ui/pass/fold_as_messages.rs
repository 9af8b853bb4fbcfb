use futures::stream;
use millpond::Pipeline;
use millpond::operators::flow;
use millpond::stages::FromIter;

fn main() {
    Pipeline::named("right")
        .source(FromIter::new(0..10_u64))
        .node("sum", |numbers| flow(stream::once(numbers.fold(0, |sum, n| sum + n))))
        .for_each("print", |sum: u64| assert_eq!(sum, 45));
}
