use millpond::stage;

#[stage]
fn sign(text: String, #[config(secret)] key: u64) -> String {
    format!("{text} {key}")
}

fn main() {}
