//! Operators for a consumer slower, or faster, than its input.
//!
//! | method | what happens while the output is blocked |
//! | --- | --- |
