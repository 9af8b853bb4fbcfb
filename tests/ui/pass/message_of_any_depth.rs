use std::collections::BTreeMap;
use std::sync::Arc;

use millpond::Pipeline;
use millpond::stages::FromIter;

type Nested = BTreeMap<String, Vec<Option<Arc<str>>>>;

fn main() {
    Pipeline::named("right")
        .source(FromIter::new([Nested::new()]))
        .map(Box::new)
        .for_each("count", |nested: Box<Nested>| assert!(nested.is_empty()));
}
