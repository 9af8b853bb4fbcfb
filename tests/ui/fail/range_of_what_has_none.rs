use millpond::stage;

#[stage]
fn find(text: String, #[config(range = 1..=9)] word: &str) -> Option<String> {
    text.contains(word).then_some(text)
}

fn main() {}
