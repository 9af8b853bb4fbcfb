//! What a pipeline is made of: identification, type inference, node creation.
//!
//! A [`Stage`] is a function from outlet to outlet with a name. It is written
//! in the same words as a pipeline, since its `build` makes nodes on the
//! outlet it is given. Which message types it accepts, and what it emits for
//! each, is the trait implementation itself. (The stages that come with
//! millpond are in [`stages`](crate::stages).)
//!
//! ```
//! use millpond::graph::Outlet;
//! use millpond::stage::{Identified, Stage};
//!
//! /// Splits lines into words.
//! struct Words;
//!
//! impl Identified for Words {
//!     const ID: &'static str = "words";
//! }
//!
//! impl Stage<String> for Words {
//!     type Out = Vec<String>;
//!
//!     fn build(self, lines: Outlet<String>) -> Outlet<Vec<String>> {
//!         lines.node(Self::ID, |lines| {
//!             lines.map(|line: String| line.split_whitespace().map(str::to_owned).collect())
//!         })
//!     }
//! }
//! ```

pub mod config;
mod entry;
#[doc(hidden)]
pub mod expanded;
mod help;
pub(crate) mod nearest;
mod origin;
mod register;
mod registry;
mod rejected;
#[doc(hidden)]
pub mod replicas;
mod signature;
mod try_source;
mod try_stage;

pub use crate::graph::Cost;
use crate::graph::{GraphBuilder, Order, Outlet, Replicas};
use crate::message::{Message, Mode, Plain};
pub use crate::node::StageError;
pub(crate) use entry::{Build, Types, configured, expect_inputs};
pub use entry::{Config, Entry, EntryError, Kind};
#[doc(hidden)]
pub use entry::{output_of, output_of_source, signature_of, signature_of_any};
pub use origin::Origin;
pub use registry::{Conflict, NotFound, Registered, Registry};
pub use rejected::Rejected;
pub use replicas::Replication;
pub use signature::{Carries, Misfit, PortType, Signature};
pub use try_source::TrySource;
pub use try_stage::TryStage;

/// Has a name that stands in logs, errors and reports.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no identification",
    label = "stages, sources and sinks are known by their id",
    note = "implement `Identified` for it, with an `ID` in kebab-case"
)]
pub trait Identified {
    /// The identification, in kebab-case. Choose one that no other stage of
    /// the program has: logs and reports know a stage by it.
    const ID: &'static str;

    /// What handling one message costs the nodes of this stage.
    const COST: Cost = Cost::Light;
}

/// A function from an outlet of `In` to an outlet of `Out`.
///
/// Implement it once per message type that the stage accepts, or generically
/// for all. A stage that handles one message at a time is written for every
/// mode, `impl<M: Mode> Stage<Line, M> for Parse`, with the lifted methods of
/// [`Outlet`]; a stage that reshapes the stream is written for plain edges.
#[diagnostic::on_unimplemented(
    message = "stage `{Self}` does not accept `{In}` messages",
    label = "this stage cannot follow an edge that carries `{In}`",
    note = "put a stage between that turns `{In}` into what `{Self}` accepts, or implement `Stage<{In}, {M}>` for it"
)]
pub trait Stage<In: Message, M: Mode = Plain>: Identified {
    /// What the stage emits.
    type Out: Message;

    /// Adds the stage's nodes after `input`.
    fn build(self, input: Outlet<In, M>) -> Outlet<Self::Out, M>;
}

/// A stage without an inlet: messages start in it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a source",
    label = "a pipeline starts in a source",
    note = "give a source, such as `FromIter::new(..)` around an iterator, and put stages after it; or implement `Source`"
)]
pub trait Source: Identified {
    /// What the source emits.
    type Out: Message;

    /// Adds the source's nodes to `graph`.
    fn build(self, graph: &GraphBuilder) -> Outlet<Self::Out>;
}

/// A stage without an outlet: messages end in it.
#[diagnostic::on_unimplemented(
    message = "sink `{Self}` does not accept `{In}` messages",
    label = "this sink cannot follow an edge that carries `{In}`",
    note = "put a stage between that turns `{In}` into what `{Self}` accepts, or implement `Sink<{In}>` for it"
)]
pub trait Sink<In: Message>: Identified {
    /// Adds the sink's nodes after `input`.
    fn build(self, input: Outlet<In>);
}

impl<T: Message, M: Mode> Outlet<T, M> {
    /// Continues with a stage that accepts `T`.
    ///
    /// ```compile_fail,E0277
    /// # use millpond::graph::Outlet;
    /// # use millpond::stage::{Identified, Stage};
    /// # struct Words;
    /// # impl Identified for Words { const ID: &'static str = "words"; }
    /// # impl Stage<String> for Words {
    /// #     type Out = String;
    /// #     fn build(self, lines: Outlet<String>) -> Outlet<String> { lines }
    /// # }
    /// fn wrong(numbers: Outlet<u64>) -> Outlet<String> {
    ///     numbers.stage(Words) // stage `Words` does not accept `u64` messages
    /// }
    /// ```
    pub fn stage<S: Stage<T, M>>(self, stage: S) -> Outlet<S::Out, M> {
        let graph = self.graph().clone();
        graph.in_stage(S::ID, S::COST, || stage.build(self))
    }
}

impl GraphBuilder {
    /// Adds a source.
    pub fn source<S: Source>(&self, source: S) -> Outlet<S::Out> {
        self.in_stage(S::ID, S::COST, || source.build(self))
    }

    /// Ends `outlet` in a sink that accepts `T`.
    pub fn sink<T: Message, S: Sink<T>>(&self, outlet: Outlet<T>, sink: S) {
        self.in_stage(S::ID, S::COST, || sink.build(outlet));
    }
}

impl<T: Message, O: Order<T>> Replicas<T, O> {
    /// Puts a clone of the stage into each replica.
    ///
    /// With [`Preserve`](crate::graph::Preserve) the stage has to be written
    /// for every mode, as a stage is that handles one message at a time.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a stage is given away, as to an outlet"
    )]
    pub fn stage<S: Stage<T, O::Mode> + Clone>(self, stage: S) -> Outlet<S::Out> {
        self.with_cost(S::ID, S::COST, |_, branch| stage.clone().build(branch))
    }
}
