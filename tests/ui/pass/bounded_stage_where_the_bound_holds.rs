#[path = "../stages.rs"]
#[allow(dead_code, reason = "each program uses some of it")]
mod stages;

use millpond::Pipeline;
use millpond::stages::FromIter;
use stages::Dedup;

fn main() {
    let pipeline = Pipeline::named("right");
    pipeline
        .source(FromIter::new([1_u64, 1, 2]))
        .stage(Dedup)
        .for_each("numbers", |_: u64| ());
    pipeline
        .source(FromIter::new(["a", "a"]))
        .stage(Dedup)
        .for_each("texts", |_: &str| ());
}
