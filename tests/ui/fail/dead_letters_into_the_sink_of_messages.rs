#[path = "../stages.rs"]
#[allow(dead_code, reason = "each program uses some of it")]
mod stages;

use millpond::Pipeline;
use millpond::stages::FromIter;
use stages::StoreLines;

fn main() {
    let (numbers, dead) = Pipeline::named("wrong")
        .source(FromIter::new(["1", "b"]))
        .try_node("parse", |texts| texts.map(str::parse::<u64>));
    numbers.ignore();
    dead.sink(StoreLines);
}
