use millpond::Pipeline;
use millpond::stages::FromIter;

fn main() {
    let numbers = Pipeline::named("wrong").source(FromIter::new(0..10_u64));
    numbers.for_each("print", |n| println!("{n}"));
    numbers.for_each("sum", |n| assert!(n < 10));
}
