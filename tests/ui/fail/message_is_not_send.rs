#[path = "../stages.rs"]
#[allow(dead_code, reason = "each program uses some of it")]
mod stages;

use std::rc::Rc;

use millpond::Pipeline;
use millpond::stages::FromIter;

fn main() {
    let _shared = Pipeline::named("wrong")
        .source(FromIter::new(0..10_u64))
        .node("share", |numbers| numbers.map(Rc::new));
}
