use millpond::stage;

#[stage]
fn now() -> u64 {
    0
}

fn main() {}
