use millpond::{Pipeline, sink, source, stage};

#[source]
fn texts() -> Vec<String> {
    ["1", "b"].map(String::from).into()
}

#[stage]
fn number(text: &str, #[config(default = 10)] radix: u32) -> Result<u32, std::num::ParseIntError> {
    u32::from_str_radix(text, radix)
}

#[sink]
fn check(number: u32, least: u32) {
    assert!(number >= least);
}

fn main() {
    // What is made of a function is beside it: both can be used.
    assert_eq!(number("ff", 16), Ok(255));
    Pipeline::named("right")
        .source(Texts)
        .stage(Number::default())
        .sink(Check::builder().least(1).build());
}
