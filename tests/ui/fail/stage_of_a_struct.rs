use millpond::stage;

#[stage]
struct Letters {
    most: usize,
}

fn main() {}
