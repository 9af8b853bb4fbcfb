use millpond::stage;

struct Odd;

#[stage]
fn halve(number: u64) -> Result<u64, Odd> {
    if number % 2 == 0 { Ok(number / 2) } else { Err(Odd) }
}

fn main() {}
