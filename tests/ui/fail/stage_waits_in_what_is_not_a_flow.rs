use millpond::operators::{Flow, Progress};
use millpond::stage;

#[stage]
fn first(numbers: Flow<impl Progress<Item = u64>>) -> Vec<u64> {
    let _ = numbers;
    Vec::new()
}

fn main() {}
