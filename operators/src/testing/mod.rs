//! The contract of the operators as laws, to check any operator with.
//!
//! [`laws!`](crate::laws) makes a test out of an operator and a model: a pure
//! function on vectors that says what should come out. The test runs the
//! operator over generated [`Script`]s, which fix what the source does, how
//! long each future takes, and how the consumer behaves, under a driver that
//! polls only after a wake, on tokio's paused clock. It checks every
//! [`Law`] that applies; a failure names the law and prints the shortest
//! script found that breaks it.
//!
//! ```
//! use millpond_operators::laws;
//!
//! laws! {
//!     every_other: |s| s.chunks(2).map(|mut pair| pair.swap_remove(0)),
//!     model: |v| v.into_iter().step_by(2).collect(),
//!     look_ahead: 1,
//! }
//! # fn main() {}
//! ```
//!
//! The items are [`Token`]s. A token counts as held from the moment the source
//! gives it until it is dropped or emitted; [`Token::work`] makes a future of
//! it that takes as long as the script says, and [`Token::value`] may panic
//! where the script says so: closures under test call it in the place of real
//! work.
//!
//! Laws of graphs and of supervision are not in the kit, since they are not
//! about one operator; nor is it checked that boxing changes nothing, which no
//! operator can break.
//!
//! 256 scripts are run for each operator. With `MILLPOND_LAWS=deep` in the
//! environment they are a hundred times as many, and with `MILLPOND_LAWS=short`
//! 16, for slow tools such as miri. The scripts are the same in each run.

mod depth;
mod driver;
mod law;
mod laws;
mod ledger;
mod limits;
mod matching;
mod outcome;
mod script;
mod source;
mod token;

pub use law::{Broken, Law};
pub use laws::Laws;
pub use limits::Mark;
pub use outcome::{Outcome, outcome};
pub use script::{Event, Hint, Pace, Script, Step};
pub use source::Source;
pub use token::{Token, Work};
