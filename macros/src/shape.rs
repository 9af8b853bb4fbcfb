//! What a function gives back for one message.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Path, Type};

use crate::types::{argument, arguments, impl_item, is_result};

/// What a function gives back.
#[derive(Clone)]
pub(crate) struct Shape {
    /// The type of message that leaves.
    pub(crate) out: TokenStream,
    pub(crate) count: Count,
    pub(crate) fails: Fails,
    /// The type of errors, where there are any.
    pub(crate) error: Option<TokenStream>,
}

/// How many messages leave for one that comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Count {
    One,
    /// `Option<Out>`
    Maybe,
    /// `impl Iterator<Item = Out>`
    Many,
}

/// Where errors may come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fails {
    Never,
    /// The call may fail: the message becomes a dead letter.
    Call,
    /// An item of the iterator may be an error.
    Item,
}

impl Shape {
    /// Reads the type that a function returns.
    pub(crate) fn of(ty: &Type, krate: &Path) -> syn::Result<Self> {
        if is_result(ty) {
            let value = value(ty, krate);
            let inner = match arguments_of_result(ty) {
                Some(inner) => Self::counted(inner, krate)?,
                None => Self::one(value),
            };
            return match inner.fails {
                Fails::Never => Ok(Self {
                    fails: Fails::Call,
                    error: Some(error(ty, krate)),
                    ..inner
                }),
                Fails::Call | Fails::Item => Err(syn::Error::new_spanned(
                    ty,
                    "the call or its items may fail, not both: return `Result<impl Iterator<Item = Out>, E>` or `impl Iterator<Item = Result<Out, E>>`",
                )),
            };
        }
        Self::counted(ty, krate)
    }

    pub(crate) fn one(out: TokenStream) -> Self {
        Self {
            out,
            count: Count::One,
            fails: Fails::Never,
            error: None,
        }
    }

    fn counted(ty: &Type, krate: &Path) -> syn::Result<Self> {
        if let Some(inner) = argument(ty, "Option") {
            return Ok(Self {
                count: Count::Maybe,
                ..Self::one(quote!(#inner))
            });
        }
        if let Some(item) = impl_item(ty, "Iterator", "Item") {
            let many = |out, fails, error| Self {
                out,
                count: Count::Many,
                fails,
                error,
            };
            if is_result(item) {
                let value = value(item, krate);
                return Ok(many(value, Fails::Item, Some(error(item, krate))));
            }
            return Ok(many(quote!(#item), Fails::Never, None));
        }
        if let Type::ImplTrait(_) = ty {
            return Err(syn::Error::new_spanned(
                ty,
                "a message has a type with a name, and this has none: return the type itself, or `impl Iterator<Item = Out>` for several messages",
            ));
        }
        Ok(Self::one(quote!(#ty)))
    }
}

/// The first type argument of a `Result`, if it is written.
fn arguments_of_result(ty: &Type) -> Option<&Type> {
    let name = crate::types::last_segment(ty)?.ident.to_string();
    arguments(ty, &name)?.first().copied()
}

/// The type of the value in a `Result`. An alias may hide it; the compiler
/// then finds it.
pub(crate) fn value(ty: &Type, krate: &Path) -> TokenStream {
    let hidden = || quote!(<#ty as #krate::__private::Fallible>::Value);
    arguments_of_result(ty).map_or_else(hidden, |value| quote!(#value))
}

/// The type of the error in a `Result`, found as [`value`] is.
pub(crate) fn error(ty: &Type, krate: &Path) -> TokenStream {
    let name = crate::types::last_segment(ty).map(|segment| segment.ident.to_string());
    let written = name.and_then(|name| arguments(ty, &name));
    if let Some([_, error, ..]) = written.as_deref() {
        quote!(#error)
    } else {
        quote!(<#ty as #krate::__private::Fallible>::Error)
    }
}
