//! The operators of the `lifecycle` group.

mod drain;
mod finally;
mod on_cancel;
mod stop_with;
mod watch_termination;
mod with_kill_switch;
