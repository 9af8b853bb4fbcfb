use millpond::stages::FromIter;
use millpond::{Pipeline, stage};

mod private {
    #[millpond::stage]
    pub(super) fn double(number: u64) -> u64 {
        2 * number
    }
}

fn main() {
    #[stage(register = false)]
    fn negate(number: u64) -> u64 {
        !number
    }

    Pipeline::named("right")
        .source(FromIter::new(0..10_u64))
        .stage(private::Double)
        .stage(Negate)
        .for_each("check", |number| assert!(number > 9));
}
