//! Operators on streams of results.
//!
//! | method | what it does with an error |
//! | --- | --- |
