//! Operators that share one input among several outputs.
//!
//! | method | which output an item goes to |
//! | --- | --- |
