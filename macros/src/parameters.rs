//! Parameters that the worker fills, and those that are left.

use syn::{PatType, Type};

use crate::types::is_named;

/// What a parameter of a source is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    /// `&mut Context<'_>`: what a poll function is woken by.
    Context,
    /// `Stopped`, by value or `&mut`: completes when the run shall stop.
    Stopped { lent: bool },
    /// An option or state.
    Other,
}

impl Given {
    pub(crate) fn to(arg: &PatType) -> Self {
        let (ty, lent) = match &*arg.ty {
            Type::Reference(reference) => (&*reference.elem, true),
            ty => (ty, false),
        };
        if lent && is_named(ty, "Context") {
            Self::Context
        } else if is_named(ty, "Stopped") {
            Self::Stopped { lent }
        } else {
            Self::Other
        }
    }
}
