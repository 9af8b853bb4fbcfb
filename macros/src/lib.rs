//! The attribute macros of [millpond](https://docs.rs/millpond).
//!
//! None is published yet: stages are written by hand, as `millpond::stage`
//! shows. `#[stage]`, `#[source]`, `#[sink]` and `#[module]` will live here.
