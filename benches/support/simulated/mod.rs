//! Real edges and nodes in simulated time, on one thread.
//!
//! [`simulate`] runs a future on a runtime of tokio whose clock is paused.
//! Whenever nothing is left to do, the clock jumps to the next event: the end
//! of a [`wait`] or a wake that is on its way to another worker. So the
//! throughput and the times of a scenario are exact, and the same on every
//! machine and at every run.
//!
//! tokio's own timers tick in milliseconds. The events here do not go through
//! them, so the times of a scenario are neither rounded nor scaled: a service
//! of 10 µs takes 10 µs on the clock that the edges read.
//!
//! The jumps happen where a worker would park, between the hooks that feed the
//! clock of idle time. So local edges see a worker that sleeps while its nodes
//! wait, and one that is busy while a node computes ([`compute`]).

mod clock;
mod link;
mod meter;
mod node;
mod run;
mod scenario;
mod service;
mod worker;

pub(crate) use link::{Kind, Setting};
pub(crate) use meter::Outcome;
pub(crate) use run::run;
pub(crate) use scenario::{SCENARIOS, Scenario};
