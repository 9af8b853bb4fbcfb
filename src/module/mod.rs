//! Modules: named, versioned sub-graphs with typed config and named ports.
//!
//! A [`Module`] is to several outlets what a [`Stage`](crate::stage::Stage) is
//! to one: a function from the outlets it is given to those it gives back,
//! with a name. It nests to any depth: the names of its nodes begin with its
//! own, `ingest/parse`, and a second use of it in the same place gets a
//! number, `ingest.2/parse`.
//!
//! ```
//! use millpond::graph::{GraphBuilder, Outlet};
//! use millpond::module::Module;
//! use millpond::stage::Identified;
//! use millpond::stages::FromIter;
//! use millpond::{Pipeline, ports};
//!
//! /// Tells the lines that are numbers from those that are not.
//! struct Numbers;
//!
//! ports! {
//!     /// What `Numbers` gives back.
//!     struct Told {
//!         numbers: u64,
//!         others: String,
//!     }
//! }
//!
//! impl Identified for Numbers {
//!     const ID: &'static str = "numbers";
//! }
//!
//! impl Module for Numbers {
//!     type In = Outlet<String>;
//!     type Out = Told;
//!
//!     fn build(self, _: &GraphBuilder, lines: Outlet<String>) -> Told {
//!         let [maybe, others] = lines.partition("tell", |line| {
//!             usize::from(line.parse::<u64>().is_err())
//!         });
//!         let numbers = maybe.node("parse", |lines| lines.filter_map(|line| line.parse().ok()));
//!         Told { numbers, others }
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), millpond::RunError> {
//! let pipeline = Pipeline::named("tell");
//! let lines = pipeline.source(FromIter::new(["1", "two", "3"].map(String::from)));
//! let Told { numbers, others } = pipeline.builder().module(Numbers, lines);
//! others.ignore();
//! let report = numbers.for_each("print", |n| println!("{n}")).run().await?;
//!
//! assert_eq!(report.node("numbers/parse").emitted, 2);
//! # Ok(())
//! # }
//! ```

mod entry;
mod ports;

use crate::graph::GraphBuilder;
use crate::stage::Identified;
#[doc(hidden)]
pub use entry::signature_of_ports;
#[doc(hidden)]
pub use ports::next_port;
pub use ports::{Port, PortMismatch, Ports};

/// A function from outlets to outlets, with a name.
pub trait Module: Identified {
    /// The outlets it reads; `()` if messages start in it.
    type In: Ports;

    /// The outlets it gives back; `()` if messages end in it.
    type Out: Ports;

    /// Adds the module's nodes to `graph`, behind `inputs`.
    fn build(self, graph: &GraphBuilder, inputs: Self::In) -> Self::Out;
}

impl GraphBuilder {
    /// Continues with a module.
    pub fn module<M: Module>(&self, module: M, inputs: M::In) -> M::Out {
        self.in_stage(M::ID, M::COST, || module.build(self, inputs))
    }
}
