//! The operators of the `time` group.
