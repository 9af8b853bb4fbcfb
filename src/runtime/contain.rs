use std::panic::{AssertUnwindSafe, catch_unwind};

use super::error::Cause;
use crate::node::panic_text;

/// Runs user code, and turns a panic of it into its message.
pub(super) fn contain<R>(code: impl FnOnce() -> R) -> Result<R, Cause> {
    catch_unwind(AssertUnwindSafe(code)).map_err(|payload| Cause::Panic(panic_text(&*payload)))
}
