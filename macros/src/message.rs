//! The message that a function takes.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::PatType;
use syn::spanned::Spanned;

use crate::types::{Lent, kept};

/// The parameter that a message is given to.
pub(crate) struct Message {
    /// The type of the message as it travels.
    pub(crate) ty: TokenStream,
    /// Whether the function only looks at it.
    pub(crate) lent: bool,
}

impl Message {
    pub(crate) fn of(arg: &PatType) -> Self {
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

    /// A bound that fails at the type as the user wrote it.
    pub(crate) fn is_message(&self, krate: &syn::Path) -> TokenStream {
        let ty = &self.ty;
        quote_spanned!(ty.span()=> #ty: #krate::message::Message)
    }
}
