use millpond::stage;

#[stage]
fn near(number: u64, (low, high): (u64, u64)) -> bool {
    (low..high).contains(&number)
}

fn main() {}
