//! `#[sink]`: a function of messages that emits none, as a sink.

mod args;
mod expand;
mod model;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::quote;
use syn::ItemImpl;

use crate::config::Config;
use crate::errors::Errors;
use crate::function::{Function, is_impl};
use args::Args;
use model::Model;

/// What takes the place of the function, or stands beside the impl block.
pub(crate) fn expand(args: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let written = args.clone();
    let args = Args::read(args, &mut errors);
    if is_impl(item) {
        let sink = errors
            .absorb(syn::parse2::<ItemImpl>(item.clone()))
            .and_then(|block| Model::of_methods(&block, args, &mut errors))
            .map(|model| expand::expand(&model, None, &mut errors));
        let errors = errors.into_tokens();
        return quote! { #item #sink #errors };
    }
    let Some(function) = errors.absorb(syn::parse2::<Function>(item.clone())) else {
        let errors = errors.into_tokens();
        return quote! { #item #errors };
    };
    let sink = Model::of(&function, args, &mut errors).map(|model| {
        let settings = Config {
            krate: &model.options.krate,
            vis: &function.vis,
            name: &model.options.struct_name(&function.sig.ident),
            attrs: &function.attrs,
            otherwise: format!("The sink `{}`.", model.id),
            fields: model.params.fields().collect(),
        };
        let sink = expand::expand(&model, Some(&settings), &mut errors);
        let settings = settings.emit();
        quote! { #settings #sink }
    });
    let (item, errors) = (function.item_beside(&written), errors.into_tokens());
    let sink = sink.map(|items| function.gated(items));
    quote! { #item #sink #errors }
}
