//! Operators that stop a stream, and that watch it end.
//!
//! | method | does |
//! | --- | --- |
//! | [`stop_with`](crate::Flow::stop_with) | ends when a [`KillSwitch`] is thrown |
//! | [`with_kill_switch`](crate::Flow::with_kill_switch) | ends when a [`KillSwitch`] is thrown, with its error |
//! | [`drain`](crate::Flow::drain) | lets what is inside come out after that, until a deadline |
//! | [`watch_termination`](crate::Flow::watch_termination) | gives a future that tells how it ended, and counts |
//! | [`on_cancel`](crate::Flow::on_cancel) | calls a closure if it is dropped before its end |
//! | [`finally`](crate::Flow::finally) | calls a closure once it is over, however that came |
//!
//! For a graceful stop put `stop_with` next to the source and `drain` at the
//! end, both with one switch: the one stops the intake, the other bounds how
//! long the items inside may take. `stop_with` and `with_kill_switch` differ in
//! what an abort is downstream: an end, or an error. Use `finally` for
//! clean-up, `on_cancel` to tell a stop from an end, and `watch_termination`
//! where another task wants to know, or to read the count from time to time.

#[cfg(feature = "time")]
mod drain;
mod finally;
mod kill_switch;
mod on_cancel;
mod stop_with;
mod watch_termination;
mod watched;
mod with_kill_switch;

#[cfg(feature = "time")]
pub use drain::{Drain, Lost};
pub use finally::Finally;
pub use kill_switch::KillSwitch;
pub use on_cancel::OnCancel;
pub use stop_with::StopWith;
pub use watch_termination::{Terminated, Termination, WatchTermination};
pub use watched::Cause;
pub use with_kill_switch::WithKillSwitch;
