//! `#[stage]`: a function of messages, or of flows of them, as a stage.

mod args;
mod check;
mod expand;
mod model;
mod ports;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::quote;

use syn::ItemImpl;

use crate::config::Config;
use crate::errors::Errors;
use crate::function::{Function, is_impl};
use args::Args;
use model::{Form, Model};

/// What takes the place of the function, or stands beside the impl block.
pub(crate) fn expand(args: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let written = args.clone();
    let args = Args::read(args, &mut errors);
    if is_impl(item) {
        let stage = errors
            .absorb(syn::parse2::<ItemImpl>(item.clone()))
            .and_then(|block| of_methods(&block, args, &mut errors));
        let errors = errors.into_tokens();
        return quote! { #item #stage #errors };
    }
    let Some(function) = errors.absorb(syn::parse2::<Function>(item.clone())) else {
        let errors = errors.into_tokens();
        return quote! { #item #errors };
    };
    let stage = of_function(&function, args, &mut errors);
    let (item, errors) = (function.item_beside(&written), errors.into_tokens());
    let stage = stage.map(|items| function.gated(items));
    quote! { #item #stage #errors }
}

fn of_function(function: &Function, args: Args, errors: &mut Errors) -> Option<TokenStream> {
    let model = Model::of(function, args, errors)?;
    check::check(&model, &function.sig, errors);
    let settings = Config {
        krate: &model.options.krate,
        vis: &function.vis,
        name: &model.options.struct_name(&function.sig.ident),
        attrs: &function.attrs,
        otherwise: format!("The stage `{}`.", model.id),
        fields: model.params.fields().collect(),
    };
    let stage = match model.form {
        Form::Between { .. } => ports::expand(&model, &settings, errors),
        Form::Each { .. } | Form::Whole { .. } => expand::expand(&model, Some(&settings), errors),
    };
    let settings = settings.emit();
    Some(quote! { #settings #stage })
}

fn of_methods(block: &ItemImpl, args: Args, errors: &mut Errors) -> Option<TokenStream> {
    let model = Model::of_methods(block, args, errors)?;
    check::check_methods(&model, errors);
    Some(expand::expand(&model, None, errors))
}
