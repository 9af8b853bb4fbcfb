use std::path::Path;

use millpond::stage;

#[stage]
fn look_up(text: String, #[config(exists = "flie")] list: &Path) -> bool {
    list.ends_with(text)
}

fn main() {}
