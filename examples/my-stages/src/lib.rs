//! A stage of one's own. The program beside it, `main.rs`, has it on its
//! command line and in its pipeline files, next to those of millpond.
use millpond::stage;

/// Writes lines in capitals, with a mark behind each.
#[stage]
pub fn shout(line: &str, #[config(default = "!")] mark: &str) -> String {
    line.to_uppercase() + mark
}
