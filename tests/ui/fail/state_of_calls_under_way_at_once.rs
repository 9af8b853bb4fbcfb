use millpond::stage;

#[stage(concurrency = 8)]
async fn count(number: u64, #[state] sum: &mut u64) -> u64 {
    *sum += number;
    *sum
}

fn main() {}
