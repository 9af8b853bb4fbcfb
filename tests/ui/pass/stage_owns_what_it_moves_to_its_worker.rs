use millpond::Pipeline;
use millpond::stages::FromIter;

fn main() {
    let factor = 3;
    let names = vec!["a".to_owned()];
    Pipeline::named("right")
        .source(FromIter::new(0..10_u64))
        .node("scale", move |numbers| numbers.map(move |n| n * factor))
        .for_each("name", move |n: u64| assert!(n < 30 && names.len() == 1));
}
