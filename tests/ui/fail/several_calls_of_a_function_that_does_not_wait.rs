use millpond::stage;

#[stage(concurrency = 8)]
fn double(number: u64) -> u64 {
    2 * number
}

fn main() {}
