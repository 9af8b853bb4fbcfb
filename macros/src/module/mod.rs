//! `#[module]`: a function from outlets to outlets, as a module.

mod expand;
mod model;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::quote;

use crate::errors::Errors;
use crate::function::{Function, is_impl};
use model::{Args, Model};

/// What takes the place of the function.
pub(crate) fn expand(args: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let args = Args::read(args, &mut errors);
    if is_impl(item) {
        errors.push(syn::Error::new(
            proc_macro2::Span::call_site(),
            "a module is a function from outlets to outlets: write `#[module] fn`, or implement `Module` for the type",
        ));
        let errors = errors.into_tokens();
        return quote! { #item #errors };
    }
    let Some(function) = errors.absorb(syn::parse2::<Function>(item.clone())) else {
        let errors = errors.into_tokens();
        return quote! { #item #errors };
    };
    let module = Model::of(&function, args, &mut errors)
        .map(|model| expand::expand(&model, &function, &errors));
    let (item, errors) = (function.item(), errors.into_tokens());
    let module = module.map(|items| function.gated(items));
    quote! { #item #module #errors }
}
