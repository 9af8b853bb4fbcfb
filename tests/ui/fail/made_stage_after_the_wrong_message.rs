use millpond::stages::FromIter;
use millpond::{Pipeline, stage};

#[stage]
fn letters(text: String) -> usize {
    text.len()
}

fn main() {
    Pipeline::named("wrong")
        .source(FromIter::new(0..10_u64))
        .stage(Letters)
        .ignore();
}
