use millpond::stage;

#[stage(version = "1.2")]
fn letters(text: String) -> usize {
    text.len()
}

fn main() {}
