//! Typed, backpressured streaming-inference pipelines.
//!
//! Data flows through a **pipeline** of **stages**. A stage is made of
//! **nodes**; a node is a composition of reactive-stream **operators** on one
//! worker; **edges** are bounded buffers between nodes, whose backpressure is
//! automatic. What follows an edge must accept the type of message that the
//! edge carries: the compiler checks it.
//!
//! ```
//! use millpond::Pipeline;
//! use millpond::stages::FromIter;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), millpond::RunError> {
//! let report = Pipeline::named("hello")
//!     .source(FromIter::new(["to be", "or", "not to be"]))
//!     .node("count", |lines| lines.map(|line| line.split(' ').count()))
//!     .for_each("print", |words| println!("{words} words"))
//!     .run()
//!     .await?;
//!
//! assert_eq!(report.node("print").received, 3);
//! # Ok(())
//! # }
//! ```
//!
//! # Where to look
//!
//! | module | what is there |
//! | --- | --- |
//! | [`operators`] | [`Flow`](operators::Flow), with every operator as a method; useful without pipelines |
//! | [`pipeline`] | [`Pipeline`]: source, stages, sink, run |
//! | [`mod@stage`] | the traits of stages: write your own; the registry of stages |
//! | [`mod@module`] | sub-graphs with names and ports of their own |
//! | [`stages`] | the stages that come with millpond |
//! | [`inference`] | the stage that runs models, and its backends |
//! | [`device`] | tensors that live on a device, and the operations on them |
//! | [`runtime`] | [`RunOptions`], [`RunHandle`], [`RunReport`], [`RunError`] |
//! | [`graph`] | [`Outlet`](graph::Outlet), checks, drawings |
//! | [`message`] | what may travel on an edge |
//! | [`edge`] | the bounded links themselves |
//! | [`node`] | what a node is given by its worker |
//! | `cli` | the command line, with the feature of that name |
//!
//! # Features
//!
//! | feature | brings |
//! | --- | --- |
//! | `onnx` | [`inference`] of ONNX models on the CPU, in pure Rust; builds for minutes |
//! | `testing` | `conformance!`, the suite that every backend passes, for tests |

#![warn(clippy::print_stderr, clippy::print_stdout)]

#[cfg(feature = "cli")]
pub mod cli;
pub mod device;
pub mod edge;
pub mod graph;
pub mod inference;
pub mod message;
pub mod module;
pub mod node;
pub mod pipeline;
pub mod runtime;
pub mod stage;
pub mod stages;

pub use millpond_macros::{module, route, sink, source, stage};
pub use millpond_operators as operators;
pub use pipeline::Pipeline;
pub use runtime::{RunError, RunHandle, RunOptions, RunReport};

/// The examples of the pages beside the sources, as tests.
#[cfg(doctest)]
pub mod pages {
    #[doc = include_str!("../README.md")]
    pub enum Readme {}
    #[cfg(feature = "cli")]
    #[doc = include_str!("../docs/CLI.md")]
    pub enum Cli {}
    #[doc = include_str!("../docs/STAGES.md")]
    pub enum Stages {}

    #[doc = include_str!("../docs/errors/P0001.md")]
    pub enum P0001 {}
    #[doc = include_str!("../docs/errors/P0002.md")]
    pub enum P0002 {}
    #[doc = include_str!("../docs/errors/P0003.md")]
    pub enum P0003 {}
    #[doc = include_str!("../docs/errors/P0004.md")]
    pub enum P0004 {}
    #[doc = include_str!("../docs/errors/P0005.md")]
    pub enum P0005 {}
    #[doc = include_str!("../docs/errors/P0006.md")]
    pub enum P0006 {}
    #[doc = include_str!("../docs/errors/P0007.md")]
    pub enum P0007 {}
}

#[doc(hidden)]
pub mod __private {
    pub use async_stream;
    pub use futures_core;
    pub use futures_util;
    pub use inventory;
    pub use schemars;
    pub use serde;
    pub use serde_json;
    pub use typed_builder;

    pub use crate::message::probe;
    pub use crate::module::{next_port, signature_of_ports};
    pub use crate::stage::expanded::*;
    pub use crate::stage::replicas::{InOrderProbe, Lifted, NotLifted};
    pub use crate::stage::{output_of, output_of_source, signature_of, signature_of_any};
    pub use crate::without_options;
}
