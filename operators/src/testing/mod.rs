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
//! work. [`Token::checked`] makes some of them errors.
//!
//! 256 scripts are run for each operator. With `MILLPOND_LAWS=deep` in the
//! environment they are a hundred times as many, and with `MILLPOND_LAWS=short`
//! eight, for slow tools such as miri. The scripts are the same in each run.
//!
//! # Your own operators and stages
//!
//! What is under test is a function from flows to a flow, so the kit takes your
//! operators as it takes ours. Whatever implements [`Progress`](crate::Progress)
//! and [`FusedStream`](futures_core::stream::FusedStream) joins a chain with
//! [`Flow::native`](crate::Flow::native):
//!
//! ```text
//! laws! {
//!     my_operator: |s| Flow::native(MyOperator::new(s.into_stream())),
//!     model: |v| v,
//! }
//! ```
//!
//! A stage is checked by what it does to its inlet: write that as a function
//! from flow to flow, which the stage calls too. The function is generic over
//! the item, or over what makes the message of it, so that tokens go through.
//!
//! ```
//! use std::future::Future;
//!
//! use futures::stream::FusedStream;
//! use millpond_operators::testing::Token;
//! use millpond_operators::{Flow, Progress, laws};
//!
//! /// What the stage does to its inlet.
//! fn embedded<T, Fut>(
//!     texts: Flow<impl Progress<Item = T> + FusedStream>,
//!     model: impl FnMut(T) -> Fut,
//! ) -> Flow<impl Progress<Item = T> + FusedStream>
//! where
//!     Fut: Future<Output = T>,
//! {
//!     texts.skip(1).map_async(4, model)
//! }
//!
//! laws! {
//!     embedding: |s| embedded(s, Token::work),
//!     model: |v| v.into_iter().skip(1).collect(),
//!     look_ahead: 4,
//!     in_flight: 4,
//! }
//! # fn main() {}
//! ```
//!
//! Begin without limits: a failure says which one is missing, such as law
//! [`B1`](Law::B1) for [`look_ahead`](Laws::look_ahead). The methods of [`Laws`]
//! are the list of them. They are what the operator documents, so write down
//! there what made the test pass.
//!
//! | the output | give |
//! | --- | --- |
//! | follows from the inputs | `model` |
//! | does too, but in an order of its own | `model`, and `unordered`, `keyed` or `ports` |
//! | depends on the clock | `timed` |
//! | depends on when it is taken | `relation` |
//!
//! A stream of another crate has no progress; with the line
//! [`without_progress`](Laws::without_progress) it is held to the other laws.
//! A consumer is checked through [`outcome`].
//!
//! Not in the kit are the laws of graphs and of supervision, which are not about
//! one operator, and that boxing an operator changes nothing, which no operator
//! can break.
//!
//! # One step at a time
//!
//! For a test of one sentence there are probes, which do what you say when you
//! say it: [`TestSource`] feeds a flow, [`TestSink`] takes what you request, and
//! [`HostileSource`] is the worst stream of another crate. The clock is tokio's:
//! `#[tokio::test(start_paused = true)]` and [`tokio::time::advance`].

mod depth;
mod driver;
mod hostile_source;
mod law;
mod laws;
mod ledger;
mod limits;
mod matching;
mod outcome;
mod script;
mod source;
mod test_sink;
mod test_source;
mod token;

pub use hostile_source::HostileSource;
pub use law::{Broken, Law};
pub use laws::Laws;
pub use limits::Mark;
pub use outcome::{Outcome, outcome};
pub use script::{Event, Hint, Pace, Script, Step};
pub use source::Source;
pub use test_sink::TestSink;
pub use test_source::{Sent, TestSource};
pub use token::{Token, Work};
