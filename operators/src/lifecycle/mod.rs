//! Operators that stop a stream, and that watch it end.
//!
//! | method | does |
//! | --- | --- |
