//! The attribute macros of millpond.
//!
//! None is published yet: stages are written by hand, as `millpond::stage`
//! shows. `#[stage]`, `#[source]`, `#[sink]` and `#[module]` will live here.
