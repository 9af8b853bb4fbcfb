//! How much ready work one poll may do before it gives the thread back.

use std::pin::Pin;
use std::task::Context;

use crate::Progress;

/// Items taken, or futures finished, in one poll at most.
///
/// The size of tokio's own budget per task: small enough for timers and other
/// tasks to stay on time, large enough for the extra wake to cost nothing.
pub(crate) const UNITS_PER_POLL: usize = 128;

/// Asks for another poll, and keeps the work under `input` moving until then.
pub(crate) fn yield_after<S: Progress>(input: Pin<&mut S>, cx: &mut Context<'_>) {
    let _moving = input.poll_progress(cx);
    cx.waker().wake_by_ref();
}
