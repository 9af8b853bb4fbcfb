//! Operators that reckon with the times that items carry.
//!
//! | method | gives |
//! | --- | --- |
