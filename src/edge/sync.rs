//! What remote edges share their state with: loom's in its test, std's else.

#[cfg(all(test, millpond_loom))]
pub(super) use loom::sync::{Arc, Mutex};
#[cfg(not(all(test, millpond_loom)))]
pub(super) use std::sync::{Arc, Mutex};
