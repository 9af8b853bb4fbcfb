//! What the macros make, at work in pipelines.
#![expect(clippy::unwrap_used, reason = "these are tests")]

mod stage;
