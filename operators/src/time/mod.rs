//! Operators that measure, limit or shift time.
//!
//! | method | gives |
//! | --- | --- |
//! | [`timeout_idle`](crate::Flow::timeout_idle) | every item, or an error after a silence |
//! | [`timeout_first`](crate::Flow::timeout_first) | every item, or an error if the first is late |
//! | [`timeout_total`](crate::Flow::timeout_total) | every item, or an error if the end is late |
//! | [`timeout_backpressure`](crate::Flow::timeout_backpressure) | every item, or an error if the consumer is late |
//! | [`keep_alive`](crate::Flow::keep_alive) | every item, and a made one after a silence |
//! | [`throttle`](crate::Flow::throttle) | every item; too early, it waits |
//! | [`enforce_rate`](crate::Flow::enforce_rate) | every item; too early, it is an error |
//! | [`debounce`](crate::Flow::debounce) | the newest item after a silence |
//! | [`sample`](crate::Flow::sample) | the newest item at each tick |
//! | [`audit`](crate::Flow::audit) | the newest item, a wait after the first |
//! | [`throttle_latest`](crate::Flow::throttle_latest) | an item at once, then the newest every period |
//! | [`delay`](crate::Flow::delay) | every item, later by a given time |
//! | [`initial_delay`](crate::Flow::initial_delay) | every item, none before a given time |
//! | [`take_within`](crate::Flow::take_within) | the items of the first time |
//! | [`drop_within`](crate::Flow::drop_within) | the items after the first time |
//! | [`timestamp`](crate::Flow::timestamp) | every item with when it was taken |
//! | [`elapsed`](crate::Flow::elapsed) | every item with the time since the one before |
//! | [`latency_probe`](crate::Flow::latency_probe) | every item, with its age told to a closure |
//!
//! # Timeouts
//!
//! A timeout wraps the items in `Ok`. Its error is about the stream, so there
//! is one, [`TimedOut`], and it is the last item: the input has been dropped
//! when it comes. To go on after a silence use `keep_alive`, whose closure may
//! make an `Err` too. The error of `enforce_rate` is about one item; it gives
//! the item back, and the stream goes on.
//!
//! # Fewer items
//!
//! `debounce`, `sample`, `audit` and `throttle_latest` hold back the newest
//! item and drop those before it. Each emits the last item of the input, at
//! once when the input ends. They differ in when an item leaves:
//!
//! | method | an item after a quiet time leaves | while items come without a pause |
//! | --- | --- | --- |
//! | `debounce(d, max)` | once none has come for `d` | the newest leaves every `max` |
//! | `sample(d)` | at the next tick of a clock with the period `d` | the newest leaves at each tick |
//! | `audit(d)` | `d` later, or a newer one in its place | the newest leaves `d` after the first that came since |
//! | `throttle_latest(d)` | at once | the newest leaves `d` after the one before |
//!
//! Use `throttle_latest` to show a value as it changes, `debounce` to wait for
//! the last change, `sample` to record at even times, and `audit` where each
//! change must be seen within `d` and changes come in clumps. No item is
//! dropped by `throttle`, which slows its input down instead.
//!
//! # Clock and timers
//!
//! All of them read tokio's clock, which tests can pause. An operator arms one
//! timer at the most, and one that holds items arms none while it holds
//! nothing. `drop_within`, `enforce_rate` and the last three of the table need
//! no timer, only the clock.

mod audit;
mod bucket;
pub(crate) mod countdown;
mod debounce;
mod delay;
mod drop_within;
mod elapsed;
mod enforce_rate;
mod initial_delay;
mod keep_alive;
mod latency_probe;
mod newest;
mod sample;
mod take_within;
mod throttle;
mod throttle_latest;
mod timed_out;
mod timeout_backpressure;
mod timeout_first;
mod timeout_idle;
mod timeout_total;
mod timestamp;

pub use audit::Audit;
pub use bucket::Rate;
pub use debounce::Debounce;
pub use delay::Delay;
pub use drop_within::DropWithin;
pub use elapsed::Elapsed;
pub use enforce_rate::{EnforceRate, RateExceeded};
pub use initial_delay::InitialDelay;
pub use keep_alive::KeepAlive;
pub use latency_probe::LatencyProbe;
pub use sample::Sample;
pub use take_within::TakeWithin;
pub use throttle::Throttle;
pub use throttle_latest::ThrottleLatest;
pub use timed_out::TimedOut;
pub use timeout_backpressure::TimeoutBackpressure;
pub use timeout_first::TimeoutFirst;
pub use timeout_idle::TimeoutIdle;
pub use timeout_total::TimeoutTotal;
pub use timestamp::Timestamp;
