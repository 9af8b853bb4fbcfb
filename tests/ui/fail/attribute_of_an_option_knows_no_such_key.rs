use millpond::stage;

#[stage]
fn long(text: String, #[config(defualt = 3)] least: usize) -> Option<String> {
    (text.len() >= least).then_some(text)
}

fn main() {}
