#[path = "../stages.rs"]
#[allow(dead_code, reason = "each program uses some of it")]
mod stages;

use millpond::Pipeline;
use millpond::graph::Preserve;
use millpond::stages::FromIter;
use stages::{Changes, Event};

fn main() {
    Pipeline::named("wrong")
        .source(FromIter::new((0..10).map(|words| Event { words })))
        .replicate(4, Preserve)
        .stage(Changes)
        .ignore();
}
