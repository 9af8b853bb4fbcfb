#[path = "../stages.rs"]
#[allow(dead_code, reason = "each program uses some of it")]
mod stages;

use millpond::Pipeline;
use millpond::stages::FromIter;
use stages::{Either, Line, Parse, Store};

fn main() {
    let pipeline = Pipeline::named("right");
    pipeline
        .source(FromIter::new([Line("a b".to_owned())]))
        .stage(Either)
        .stage(Parse)
        .sink(Store);
    pipeline
        .source(FromIter::new([b"a b".to_vec()]))
        .stage(Either)
        .for_each("count", |bytes: usize| assert_eq!(bytes, 3));
}
