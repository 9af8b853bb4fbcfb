//! Flows that begin here.
//!
//! | function | gives |
//! | --- | --- |
