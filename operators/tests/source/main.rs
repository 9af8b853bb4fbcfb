//! The operators of the `source` group.
