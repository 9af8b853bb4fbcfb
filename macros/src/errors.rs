//! Everything that is wrong with one use of a macro, told at once.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

/// Collects errors, each at its own place.
#[derive(Default)]
pub(crate) struct Errors {
    found: Option<syn::Error>,
}

impl Errors {
    /// Notes an error that underlines `place`.
    pub(crate) fn at(&mut self, place: impl ToTokens, text: impl std::fmt::Display) {
        self.push(syn::Error::new_spanned(place, text));
    }

    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.found {
            Some(found) => found.combine(error),
            None => self.found = Some(error),
        }
    }

    /// Whether nothing is wrong so far.
    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_none()
    }

    /// Code that runs, or, where that would only bring errors that follow from
    /// those noted, code that compiles.
    pub(crate) fn unless_any(&self, code: TokenStream) -> TokenStream {
        if self.is_empty() {
            code
        } else {
            quote!(::core::unimplemented!())
        }
    }

    /// Code that there is only where nothing is wrong.
    pub(crate) fn only_without(&self, code: TokenStream) -> Option<TokenStream> {
        self.is_empty().then_some(code)
    }

    /// The value, or nothing and the error noted.
    pub(crate) fn absorb<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// One `compile_error!` for each.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.found
            .map(syn::Error::into_compile_error)
            .unwrap_or_default()
    }
}
