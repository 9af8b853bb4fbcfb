use millpond::Pipeline;
use millpond::stages::FromIter;

fn main() {
    Pipeline::named("wrong")
        .source(FromIter::new(0..10_u64))
        .node("sum", |numbers| numbers.fold(0, |sum, n| sum + n))
        .ignore();
}
