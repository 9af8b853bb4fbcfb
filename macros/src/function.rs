//! The function or the impl block that an attribute stands on.

use proc_macro2::{Group, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, FnArg, Pat, Signature, Token, Visibility, parse_quote, token};

use crate::types::mentions;

/// A function whose body is kept as it was written, so that a half-typed one
/// does not take the rest down with it.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    pub(crate) body: TokenStream,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        if !starts_function(input) {
            return Err(input.error(
                "the attribute stands on a function, or on an `impl` block with methods: this is neither",
            ));
        }
        let sig: Signature = input.parse()?;
        if let Some(receiver) = sig.receiver() {
            return Err(syn::Error::new_spanned(
                receiver,
                "a function with `self` cannot stand alone: put the attribute on its `impl` block",
            ));
        }
        if !input.peek(token::Brace) {
            return Err(input.error("a stage needs a body: write it in braces after the signature"));
        }
        let body: Group = input.parse()?;
        if !input.is_empty() {
            return Err(input.error("the attribute stands on one function"));
        }
        Ok(Self {
            attrs,
            vis,
            sig,
            body: body.into_token_stream(),
        })
    }
}

impl Function {
    /// Items that are there if the function is: what stands behind the macro's
    /// attribute is not looked at before.
    pub(crate) fn gated(&self, items: TokenStream) -> TokenStream {
        let cfgs: Vec<&Attribute> = self
            .attrs
            .iter()
            .filter(|attr| attr.path().is_ident("cfg"))
            .collect();
        if cfgs.is_empty() {
            return items;
        }
        let gate = quote!(#(#cfgs)*);
        match syn::parse2::<syn::File>(items.clone()) {
            Ok(file) => file.items.iter().map(|item| quote!(#gate #item)).collect(),
            Err(_) => items,
        }
    }

    /// The function as its user wrote it, without what only the macro reads.
    pub(crate) fn item(&self) -> TokenStream {
        self.item_beside(&TokenStream::new())
    }

    /// As [`item`](Self::item). An option that only `args` or the value of a
    /// state mention is in use, though not in the body.
    pub(crate) fn item_beside(&self, args: &TokenStream) -> TokenStream {
        let mut read = args.clone();
        for arg in &self.sig.inputs {
            let states = attrs_of(arg).iter().filter(|attr| !is_plain(attr));
            read.extend(states.map(ToTokens::to_token_stream));
        }
        let mut sig = self.sig.clone();
        for arg in &mut sig.inputs {
            let name = name_of(arg);
            let (FnArg::Receiver(syn::Receiver { attrs, .. })
            | FnArg::Typed(syn::PatType { attrs, .. })) = arg;
            attrs.retain(is_plain);
            if name.is_some_and(|name| mentions(read.clone(), &name)) {
                attrs.push(parse_quote! {
                    #[allow(unused_variables, reason = "an option may be for the macro alone")]
                });
            }
        }
        let Self {
            attrs, vis, body, ..
        } = self;
        // Options are set by name: there is no limit to how many one can read.
        let many = (sig.inputs.len() > 7).then(|| quote!(#[allow(clippy::too_many_arguments)]));
        quote! { #(#attrs)* #many #vis #sig #body }
    }
}

fn starts_function(input: ParseStream<'_>) -> bool {
    input.peek(Token![fn])
        || input.peek(Token![async])
        || input.peek(Token![const])
        || input.peek(Token![unsafe])
        || input.peek(Token![extern])
}

fn attrs_of(arg: &FnArg) -> &[Attribute] {
    match arg {
        FnArg::Receiver(receiver) => &receiver.attrs,
        FnArg::Typed(typed) => &typed.attrs,
    }
}

fn name_of(arg: &FnArg) -> Option<String> {
    match arg {
        FnArg::Typed(syn::PatType { pat, .. }) => match &**pat {
            Pat::Ident(name) => Some(name.ident.to_string()),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    }
}

/// Whether tokens are an `impl` block and not a function.
pub(crate) fn is_impl(item: &TokenStream) -> bool {
    let parse = |input: ParseStream<'_>| {
        input.call(Attribute::parse_outer)?;
        let block = input.peek(Token![impl]);
        input.parse::<TokenStream>()?;
        Ok(block)
    };
    parse.parse2(item.clone()).unwrap_or(false)
}

/// Whether rustc accepts the attribute on a parameter.
fn is_plain(attr: &Attribute) -> bool {
    [
        "allow", "cfg", "cfg_attr", "deny", "expect", "forbid", "warn",
    ]
    .iter()
    .any(|name| attr.path().is_ident(name))
}
