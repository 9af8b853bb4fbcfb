use millpond::source;

#[source]
fn answer() -> u64 {
    42
}

fn main() {}
