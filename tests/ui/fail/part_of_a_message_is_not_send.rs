use std::rc::Rc;

use millpond::Pipeline;
use millpond::stages::FromIter;

struct Shared {
    _text: Rc<str>,
}

fn main() {
    let _shared = Pipeline::named("wrong")
        .source(FromIter::new(["a", "b"]))
        .map(|text| Shared { _text: text.into() });
}
