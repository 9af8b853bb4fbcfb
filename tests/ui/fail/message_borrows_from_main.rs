use millpond::Pipeline;
use millpond::stages::FromIter;

fn main() {
    let text = String::from("a\nb");
    Pipeline::named("wrong")
        .source(FromIter::new(text.lines()))
        .ignore();
}
