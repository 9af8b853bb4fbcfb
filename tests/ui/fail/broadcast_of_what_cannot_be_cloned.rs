#[path = "../stages.rs"]
#[allow(dead_code, reason = "each program uses some of it")]
mod stages;

use millpond::Pipeline;
use millpond::stages::FromIter;
use stages::{Event, Store};

fn main() {
    let [left, right] = Pipeline::named("wrong")
        .source(FromIter::new([Event { words: 1 }]))
        .broadcast("copy");
    left.sink(Store);
    right.ignore();
}
