use millpond::stage;

#[stage]
fn long(text: String, least: usize) -> Option<String> {
    (text.len() >= least).then_some(text)
}

fn main() {
    let _stage = Long::builder().build();
}
