use millpond::stages::FromIter;
use millpond::{Pipeline, stage};

#[stage]
fn long(text: String, least: usize) -> Option<String> {
    (text.len() >= least).then_some(text)
}

fn main() {
    Pipeline::named("wrong")
        .source(FromIter::new(["a", "b"].map(String::from)))
        .stage(Long::builder().build())
        .ignore();
}
