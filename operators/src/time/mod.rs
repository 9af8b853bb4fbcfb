//! Operators that measure, limit or shift time.
//!
//! | method | gives |
//! | --- | --- |
