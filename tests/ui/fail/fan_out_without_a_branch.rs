use millpond::Pipeline;
use millpond::stages::FromIter;

fn main() {
    let [] = Pipeline::named("wrong")
        .source(FromIter::new(0..10_u64))
        .broadcast("copy");
}
