//! `#[source]`: a function that makes messages, or methods that do.

mod body;
mod expand;
mod model;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::quote;
use syn::ItemImpl;

use crate::args::Arg;
use crate::config::Config;
use crate::errors::Errors;
use crate::function::{Function, is_impl};
use crate::options::Options;
use model::Model;

/// The arguments of `#[source(..)]`.
struct Args {
    options: Options,
    /// What an `async fn` emits, `emits = u64`.
    emits: Option<syn::Type>,
}

impl Args {
    fn read(tokens: TokenStream, errors: &mut Errors) -> Self {
        let list = Arg::list(tokens, errors);
        let mut emits = None;
        let options = Options::read("`#[source]`", &list, &["emits"], errors, |arg| {
            if arg.is("emits") {
                emits = Some(arg.value("emits = u64")?);
                return Ok(true);
            }
            Ok(false)
        });
        if let Some(types) = &options.types
            && let Some(first) = types.first()
        {
            errors.at(first, "a source takes no messages: leave `types` out");
        }
        Self { options, emits }
    }
}

/// What takes the place of the function, or stands beside the impl block.
pub(crate) fn expand(args: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let args = Args::read(args, &mut errors);
    if is_impl(item) {
        let source = errors
            .absorb(syn::parse2::<ItemImpl>(item.clone()))
            .and_then(|block| Model::of_methods(&block, args, &mut errors))
            .map(|model| expand::expand(&model, None, &errors));
        let errors = errors.into_tokens();
        return quote! { #item #source #errors };
    }
    let Some(function) = errors.absorb(syn::parse2::<Function>(item.clone())) else {
        let errors = errors.into_tokens();
        return quote! { #item #errors };
    };
    let model = Model::of(&function, args, &mut errors);
    let source = model.as_ref().map(|model| {
        let settings = Config {
            krate: &model.options.krate,
            vis: &function.vis,
            name: &model.options.struct_name(&function.sig.ident),
            attrs: &function.attrs,
            otherwise: format!("The source `{}`.", model.id),
            fields: model.params.fields().collect(),
        };
        let source = expand::expand(model, Some(&settings), &errors);
        let settings = settings.emit();
        quote! { #settings #source }
    });
    let item = model
        .as_ref()
        .and_then(|model| body::of_stream(&function, model))
        .unwrap_or_else(|| body::as_written(&function));
    let errors = errors.into_tokens();
    let source = source.map(|items| function.gated(items));
    quote! { #item #source #errors }
}
