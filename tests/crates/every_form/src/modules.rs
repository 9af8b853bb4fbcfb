//! `#[module]`, and ports by name.
