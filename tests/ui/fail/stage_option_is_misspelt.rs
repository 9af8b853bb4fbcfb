use millpond::stage;

#[stage(cots = heavy)]
fn letters(text: String) -> usize {
    text.len()
}

fn main() {}
