use millpond::stage;

#[stage]
fn long(text: String, #[config(default = "three")] least: usize) -> Option<String> {
    (text.len() >= least).then_some(text)
}

fn main() {}
