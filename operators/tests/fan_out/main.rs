//! The operators of the `fan_out` group.

mod routed;
