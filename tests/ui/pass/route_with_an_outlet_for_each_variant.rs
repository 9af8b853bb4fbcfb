use millpond::stages::FromIter;
use millpond::{Pipeline, route, stage};

#[route]
enum Sorted {
    Number(u64),
    Text(String),
}

#[stage(route)]
fn sort(text: String) -> Sorted {
    text.parse().map_or(Sorted::Text(text), Sorted::Number)
}

fn main() {
    let pipeline = Pipeline::named("right");
    let texts = pipeline.source(FromIter::new(["1", "b"].map(String::from)));
    let SortedOutlets { number, text } = pipeline.builder().module(Sort, texts);
    number.for_each("numbers", |_: u64| ());
    text.for_each("texts", |_: String| ());
}
