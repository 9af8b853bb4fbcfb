//! The operators of the `fan_out` group.

mod balance;
mod broadcast;
mod divert_to;
mod partition;
mod routed;
mod split_result;
mod tasks;
mod unzip;
