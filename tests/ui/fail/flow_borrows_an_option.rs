use millpond::operators::{Flow, Progress};
use millpond::stage;

#[stage]
fn find(texts: Flow<impl Progress<Item = String>>, word: &str) -> Flow<impl Progress<Item = bool>> {
    texts.map(move |text| text.contains(word))
}

fn main() {}
