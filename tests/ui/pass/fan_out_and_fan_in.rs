use millpond::Pipeline;
use millpond::stages::FromIter;

fn main() {
    let pipeline = Pipeline::named("right");
    let [even, odd] = pipeline
        .source(FromIter::new(0..10_u64))
        .partition("parity", |n| usize::from(n % 2 == 1));
    let [copy, kept] = odd.broadcast("copy");
    kept.ignore();
    even.merge("both", [copy]).ignore();
}
