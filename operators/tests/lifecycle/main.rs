//! The operators of the `lifecycle` group.
