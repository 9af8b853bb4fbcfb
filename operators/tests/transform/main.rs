//! The operators of the `transform` group.

mod enumerate;
mod inspect;
mod map;
