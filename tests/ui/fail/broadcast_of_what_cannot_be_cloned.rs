#[path = "../stages.rs"]
#[allow(dead_code, reason = "each program uses some of it")]
mod stages;

use millpond::Pipeline;
use millpond::stages::FromIter;
use stages::{Line, Parse, Store};

fn main() {
    let [left, right] = Pipeline::named("wrong")
        .source(FromIter::new([Line("a".to_owned())]))
        .broadcast("copy");
    left.stage(Parse).sink(Store);
    right.ignore();
}
