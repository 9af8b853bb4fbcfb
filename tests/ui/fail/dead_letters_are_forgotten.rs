use millpond::Pipeline;
use millpond::stages::FromIter;

fn main() {
    Pipeline::named("wrong")
        .source(FromIter::new(["1", "b"]))
        .try_node("parse", |texts| texts.map(str::parse::<u64>))
        .ignore();
}
