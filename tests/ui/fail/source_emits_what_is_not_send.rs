use std::rc::Rc;

use millpond::Pipeline;
use millpond::stages::FromIter;

fn main() {
    let _shared = Pipeline::named("wrong")
        .source(FromIter::new(["a", "b"].map(Rc::<str>::from)));
}
