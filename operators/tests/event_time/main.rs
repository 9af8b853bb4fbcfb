//! The operators of the `event_time` group.
