#[path = "../stages.rs"]
#[allow(dead_code, reason = "each program uses some of it")]
mod stages;

use millpond::Pipeline;
use millpond::graph::{Any, ByKey, Preserve};
use millpond::stages::FromIter;
use stages::{Changes, Event};

fn main() {
    Pipeline::named("right")
        .source(FromIter::new((0..10).map(|words| Event { words })))
        .replicate(2, Any)
        .stage(Changes)
        .replicate(2, ByKey(|event: &Event| event.words))
        .stage(Changes)
        .replicate(2, Preserve)
        .node("double", |events| {
            events.map(|event| Event { words: 2 * event.words })
        })
        .replicate(2, Preserve)
        .module("count", |_, events| events.map(|event| event.words))
        .ignore();
}
