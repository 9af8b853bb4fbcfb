//! Every form of millpond's macros, under lints that users may have: what the
//! macros make triggers none of them. Functions need no crate but millpond.
//!
//! `scripts/ci.sh clippy` denies the warnings; the tests run some of it.
#![warn(
    clippy::all,
    clippy::pedantic,
    clippy::allow_attributes,
    clippy::clone_on_ref_ptr,
    clippy::expect_used,
    clippy::panic,
    clippy::unimplemented,
    clippy::unwrap_used,
    missing_debug_implementations,
    missing_docs,
    private_bounds,
    private_interfaces,
    rust_2018_idioms,
    single_use_lifetimes,
    unnameable_types,
    unreachable_pub,
    unused,
    unused_qualifications
)]
#![forbid(unsafe_code)]

pub mod methods;
pub mod modules;
pub mod sinks;
pub mod sources;
pub mod stages;

mod hidden;

pub use hidden::hidden_length;
