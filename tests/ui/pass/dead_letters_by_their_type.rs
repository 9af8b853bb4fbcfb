use std::num::ParseIntError;

use millpond::Pipeline;
use millpond::graph::DeadLetter;
use millpond::stages::FromIter;

fn main() {
    let (numbers, dead) = Pipeline::named("right")
        .source(FromIter::new(["1", "b"]))
        .try_node("parse", |texts| texts.map(str::parse::<u64>));
    numbers.ignore();
    dead.for_each("log", |letter: DeadLetter<ParseIntError>| {
        assert_eq!(&*letter.node, "parse");
    });
}
