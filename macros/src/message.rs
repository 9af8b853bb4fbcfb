//! The message that a function takes.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{PatType, Type};

use crate::config::attribute;
use crate::types::{Lent, kept};

/// The parameter that a message is given to.
pub(crate) struct Message {
    /// The type of the message as it travels.
    pub(crate) ty: TokenStream,
    /// Whether the function only looks at it.
    pub(crate) lent: bool,
}

impl Message {
    /// The parameter, if a message can be given to it.
    pub(crate) fn checked(arg: &PatType) -> syn::Result<Self> {
        for name in ["config", "state"] {
            if let Some(attr) = attribute(&arg.attrs, name) {
                return Err(syn::Error::new_spanned(
                    attr,
                    format!(
                        "the first parameter is the message, and `#[{name}]` belongs on those after it: write the message before it"
                    ),
                ));
            }
        }
        match &*arg.ty {
            Type::ImplTrait(ty) => Err(syn::Error::new_spanned(
                ty,
                "the message needs a type with a name: write the type, or a type parameter `<T: Message>` for many types",
            )),
            Type::Reference(reference) if reference.mutability.is_some() => {
                Err(syn::Error::new_spanned(
                    reference,
                    "a message is taken by value or lent by `&`, and this is `&mut`: take it by value and return it changed",
                ))
            }
            _ => Ok(Self::of(arg)),
        }
    }

    fn of(arg: &PatType) -> Self {
        let kept = kept(&arg.ty);
        if kept.lent == Lent::Borrowed {
            return Self {
                ty: kept.ty,
                lent: true,
            };
        }
        let ty = &arg.ty;
        Self {
            ty: quote!(#ty),
            lent: false,
        }
    }

    /// `message` as the function takes it.
    pub(crate) fn passed(&self, message: &TokenStream) -> TokenStream {
        if self.lent {
            quote!(&#message)
        } else {
            message.clone()
        }
    }
}
