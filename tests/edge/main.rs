//! What an edge promises, for both kinds of it: by hand, against a model that
//! mutants must not pass, and over generated schedules.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod adaptive;
mod basics;
mod ledger;
mod machine;
mod mutants;
mod overflow;
mod sending;
mod support;
mod weighted;
