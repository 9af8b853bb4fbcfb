use millpond::Pipeline;
use millpond::stages::FromIter;

fn shout(text: String) -> String {
    text.to_uppercase()
}

fn main() {
    Pipeline::named("wrong")
        .source(FromIter::new(0..10_u64))
        .map(shout)
        .ignore();
}
