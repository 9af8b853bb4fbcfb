//! The operators of the `errors` group.
