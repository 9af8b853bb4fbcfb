use std::cell::Cell;
use std::rc::Rc;

use millpond::Pipeline;
use millpond::stages::FromIter;

fn main() {
    let last = Rc::new(Cell::new(0));
    Pipeline::named("wrong")
        .source(FromIter::new(0..10_u64))
        .node("last", move |numbers| numbers.inspect(move |n| last.set(*n)))
        .ignore();
}
