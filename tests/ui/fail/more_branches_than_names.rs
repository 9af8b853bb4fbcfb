use millpond::Pipeline;
use millpond::stages::FromIter;

fn main() {
    let [even, odd] = Pipeline::named("wrong")
        .source(FromIter::new(0..10_u64))
        .partition::<3>("parity", |n| usize::from(n % 2 == 1));
    even.ignore();
    odd.ignore();
}
