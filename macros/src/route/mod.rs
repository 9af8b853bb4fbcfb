//! `#[route]`: an enum whose variants go to outlets of their own.

#[cfg(test)]
mod tests;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{Fields, ItemEnum, Path};

use crate::args::Arg;
use crate::errors::Errors;
use crate::names::snake;
use crate::options::plain;
use crate::ports::{Port, Ports};

/// The enum, and beside it what routes it.
pub(crate) fn expand(args: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let krate = krate(args, &mut errors);
    let Some(item_enum) = errors.absorb(syn::parse2::<ItemEnum>(item.clone()).map_err(|error| {
        let text = "`#[route]` stands on an enum with a variant for each branch";
        syn::Error::new(error.span(), text)
    })) else {
        let errors = errors.into_tokens();
        return quote! { #item #errors };
    };
    let route =
        branches(&item_enum, &mut errors).map(|branches| routed(&item_enum, &branches, &krate));
    let errors = errors.into_tokens();
    quote! { #item_enum #route #errors }
}

fn krate(args: TokenStream, errors: &mut Errors) -> Path {
    let mut krate = syn::parse_quote!(::millpond);
    for arg in Arg::list(args, errors) {
        if arg.is("crate") {
            if let Some(path) = errors.absorb(arg.value("crate = my_millpond")) {
                krate = path;
            }
        } else {
            arg.unknown("`#[route]`", &["crate"], errors);
        }
    }
    krate
}

/// The branches, by name and by what their variants hold.
fn branches(item: &ItemEnum, errors: &mut Errors) -> Option<Vec<Port>> {
    if !item.generics.params.is_empty() {
        errors.at(
            &item.generics,
            "the branches have types of their own: write them instead of parameters",
        );
        return None;
    }
    if item.variants.len() < 2 {
        errors.at(
            &item.ident,
            format!(
                "routing needs at least two branches, and `{}` has {}: add a variant, or send the message on as it is",
                item.ident,
                item.variants.len()
            ),
        );
        return None;
    }
    let mut branches: Vec<Port> = Vec::new();
    for variant in &item.variants {
        let held = match &variant.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => fields.unnamed.first(),
            _ => None,
        };
        let Some(held) = held else {
            errors.at(
                variant,
                format!("what goes to a branch is one message, and `{0}` does not hold one: write `{0}(Message)`", variant.ident),
            );
            continue;
        };
        branches.push(Port {
            name: format_ident!(
                "{}",
                snake(&plain(&variant.ident)),
                span = variant.ident.span()
            ),
            message: held.ty.to_token_stream(),
        });
    }
    (branches.len() == item.variants.len()).then_some(branches)
}

fn routed(item: &ItemEnum, branches: &[Port], krate: &Path) -> TokenStream {
    let (name, vis) = (&item.ident, &item.vis);
    let holder = format_ident!("{name}Outlets");
    let ports = Ports {
        krate,
        vis,
        list: branches,
        holder: Some(holder.clone()),
        about: format!("Where each variant of [`{name}`] goes."),
    };
    let definition = ports.definition();
    let variants: Vec<&Ident> = item.variants.iter().map(|variant| &variant.ident).collect();
    let names: Vec<&Ident> = branches.iter().map(|branch| &branch.name).collect();
    let texts = names.iter().map(|name| crate::names::kebab(&plain(name)));
    let numbers = 0..variants.len();
    quote! {
        #definition

        impl #krate::graph::Route for #name {
            type Outlets = #holder;

            fn split(outlet: #krate::graph::Outlet<Self>, name: &str) -> #holder {
                let [#(#names),*] = outlet.partition(name, |message| match message {
                    #(Self::#variants(_) => #numbers,)*
                });
                #holder {
                    #(#names: #names.node(#texts, |flow| flow.filter_map(|message| match message {
                        Self::#variants(held) => ::core::option::Option::Some(held),
                        _ => ::core::option::Option::None,
                    })),)*
                }
            }
        }
    }
}
