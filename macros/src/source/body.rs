use proc_macro2::{Group, TokenStream, TokenTree};
use quote::quote;

use super::model::Model;
use crate::function::Function;
use crate::types::is_result;

/// The function with a body that emits as one that returns a stream.
///
/// `yield` itself is not stable, and rustc refuses it even where a macro would
/// take it away: hence `emit!(..)`.
pub(crate) fn of_stream(function: &Function, model: &Model) -> Option<TokenStream> {
    let emits = model.body()?;
    let krate = &model.options.krate;
    let mut function = function.clone();
    function.sig.asyncness = None;
    function.sig.output =
        syn::parse_quote!(-> impl #krate::__private::futures_core::Stream<Item = #emits>);
    let (stream, message) = if is_result(emits) {
        let value = quote!(<#emits as #krate::__private::Fallible>::Value);
        (quote!(try_stream), value)
    } else {
        (quote!(stream), quote!(#emits))
    };
    let body = match function.body.into_iter().next() {
        Some(TokenTree::Group(group)) => group.stream(),
        _ => TokenStream::new(),
    };
    let body = emitting(body, &quote!(::core::convert::identity::<#message>));
    function.body = quote!({ #krate::__private::async_stream::#stream! { #body } });
    Some(function.item())
}

/// The function as it stands. Where it emits though it is no source, the one
/// error is the one noted, and not each `emit!(..)`.
pub(crate) fn as_written(function: &Function) -> TokenStream {
    if function.sig.asyncness.is_none() {
        return function.item();
    }
    let mut function = function.clone();
    let body = &function.body;
    function.body = quote! {{
        #[allow(unused_macros, reason = "an `async fn` need not emit")]
        macro_rules! emit { ($message:expr) => { ::core::mem::drop($message) }; }
        #body
    }};
    function.item()
}

/// `emit!(message)` as `yield message`, at any depth.
///
/// Each message passes through `typed`, a function from the message to itself,
/// so that one of another type is an error where it is emitted.
fn emitting(body: TokenStream, typed: &TokenStream) -> TokenStream {
    let mut trees = body.into_iter().peekable();
    let mut written = TokenStream::new();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Ident(name) if name == "emit" && is_bang(trees.peek()) => {
                let bang = trees.next();
                match trees.next() {
                    Some(TokenTree::Group(message)) => {
                        let (span, message) = (name.span(), emitting(message.stream(), typed));
                        written.extend(quote::quote_spanned!(span=> yield #typed(#message)));
                    }
                    other => {
                        written.extend([TokenTree::Ident(name)]);
                        written.extend(bang);
                        written.extend(other);
                    }
                }
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), emitting(group.stream(), typed));
                inner.set_span(group.span());
                written.extend([TokenTree::Group(inner)]);
            }
            tree => written.extend([tree]),
        }
    }
    written
}

fn is_bang(tree: Option<&TokenTree>) -> bool {
    matches!(tree, Some(TokenTree::Punct(punct)) if punct.as_char() == '!')
}
