use millpond::Pipeline;
use millpond::stages::FromIter;

struct Odd;

fn main() {
    let (numbers, _dead) = Pipeline::named("wrong")
        .source(FromIter::new(0..10_u64))
        .try_node("halve", |numbers| {
            numbers.map(|n| if n % 2 == 0 { Ok(n / 2) } else { Err(Odd) })
        });
    numbers.ignore();
}
