#[path = "../stages.rs"]
#[allow(dead_code, reason = "each program uses some of it")]
mod stages;

use std::cell::Cell;
use std::rc::Rc;

use millpond::Pipeline;
use millpond::stages::FromIter;

fn main() {
    Pipeline::named("right")
        .source(FromIter::new(0..10_u64))
        .node("sum", |numbers| {
            let sum = Rc::new(Cell::new(0));
            numbers.map(move |n| {
                sum.set(sum.get() + n);
                sum.get()
            })
        })
        .ignore();
}
