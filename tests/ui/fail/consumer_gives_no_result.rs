use millpond::Pipeline;
use millpond::stages::FromIter;

fn main() {
    Pipeline::named("wrong")
        .source(FromIter::new(0..10_u64))
        .consume("print", |numbers| numbers.for_each(|n| println!("{n}")));
}
