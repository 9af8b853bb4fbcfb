use millpond::Pipeline;
use millpond::stages::{FromIter, ToFile};

fn main() {
    Pipeline::named("wrong")
        .source(FromIter::new(0..10_u64))
        .stage(ToFile::json_lines("numbers.jsonl"))
        .ignore();
}
