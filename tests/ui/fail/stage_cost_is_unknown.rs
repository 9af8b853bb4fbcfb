use millpond::stage;

#[stage(cost = havy)]
fn letters(text: String) -> usize {
    text.len()
}

fn main() {}
