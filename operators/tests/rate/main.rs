//! The operators of the `rate` group.
