#[path = "../stages.rs"]
#[allow(dead_code, reason = "each program uses some of it")]
mod stages;

use millpond::Pipeline;
use millpond::stages::FromIter;
use stages::{Dedup, Line};

fn main() {
    Pipeline::named("wrong")
        .source(FromIter::new([Line("a b".to_owned())]))
        .stage(Dedup)
        .ignore();
}
