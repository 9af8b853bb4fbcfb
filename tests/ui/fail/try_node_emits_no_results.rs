use millpond::Pipeline;
use millpond::stages::FromIter;

fn main() {
    let (numbers, _dead) = Pipeline::named("wrong")
        .source(FromIter::new(0..10_u64))
        .try_node("double", |numbers| numbers.map(|n| 2 * n));
    numbers.ignore();
}
