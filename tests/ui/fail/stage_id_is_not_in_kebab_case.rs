use millpond::stage;

#[stage(id = "count_Letters")]
fn letters(text: String) -> usize {
    text.len()
}

fn main() {}
