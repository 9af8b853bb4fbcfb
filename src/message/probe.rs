//! How [`message_type!`](crate::message_type) finds what a type can do.
//!
//! A method call prefers an implementation for `Probe<T>` to one for
//! `&Probe<T>`, and the first exists only where `T` has the trait. That needs
//! no specialization, and works where `T` is concrete.

use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;

use super::{Described, Message};

/// Notes a capability that the type has.
pub trait Found<T> {
    fn note(&self, described: Described<T>) -> Described<T>;
}

/// Notes nothing: the type lacks the capability.
pub trait Missing<T> {
    fn note(&self, described: Described<T>) -> Described<T>;
}

macro_rules! probe {
    ($name:ident, $bound:path, $with:ident) => {
        #[derive(Debug)]
        pub struct $name<T>(PhantomData<fn() -> T>);

        impl<T> $name<T> {
            pub fn of(_: &Described<T>) -> Self {
                Self(PhantomData)
            }
        }

        impl<T: Message + $bound> Found<T> for $name<T> {
            fn note(&self, described: Described<T>) -> Described<T> {
                described.$with()
            }
        }

        impl<T> Missing<T> for &$name<T> {
            fn note(&self, described: Described<T>) -> Described<T> {
                described
            }
        }
    };
}

probe!(CloneProbe, Clone, with_clone);
probe!(SerializeProbe, Serialize, with_serialize);
probe!(DebugProbe, fmt::Debug, with_debug);
