//! The one way in which this repository measures: against a peer, in turns.
//!
//! A bench is a list of [`Claim`]s. [`Bench::compare`] lets our side and the
//! peer's do the same work in alternation and keeps one ratio per round, so
//! what disturbs the machine for longer than a round disturbs both sides. The
//! claim's figure is the median of the ratios.
//!
//! What is compared is the CPU time of the whole process: unlike the time on
//! the wall it stands still while somebody else has the processor, and unlike
//! a thread's it leaves no helper thread out.
//!
//! [`Bench::finish`] prints the table, writes the figures to
//! `target/figures/<bench>.json` of this workspace, wherever cargo builds, and
//! fails if a figure is past its limit. A short run, which says nothing about
//! speed, neither writes nor judges: one with `--short` or
//! `MILLPOND_BENCH=short`, or one that `cargo bench` has not started.

pub(crate) mod bench;
pub(crate) mod figure;
mod table;

pub(crate) use bench::{Bench, Claim};
