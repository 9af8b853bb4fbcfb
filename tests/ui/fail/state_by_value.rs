use std::collections::HashSet;

use millpond::stage;

#[stage]
fn fresh(number: u64, #[state] seen: HashSet<u64>) -> Option<u64> {
    (!seen.contains(&number)).then_some(number)
}

fn main() {}
