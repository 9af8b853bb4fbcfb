#[path = "../stages.rs"]
#[allow(dead_code, reason = "each program uses some of it")]
mod stages;

use millpond::Pipeline;
use millpond::stages::FromIter;
use stages::{Parse, Store};

fn main() {
    Pipeline::named("wrong")
        .source(FromIter::new(0..10_i64))
        .stage(Parse)
        .sink(Store);
}
