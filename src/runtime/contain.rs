use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::error::Cause;
use crate::node::panic_text;

/// Runs user code, and turns a panic of it into its message.
pub(super) fn contain<R>(code: impl FnOnce() -> R) -> Result<R, Cause> {
    catch_unwind(AssertUnwindSafe(code)).map_err(|payload| {
        let text = panic_text(&*payload);
        // The payload is the user's too; one that panics when it is dropped
        // is given up.
        if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            mem::forget(another);
        }
        Cause::Panic(text)
    })
}
