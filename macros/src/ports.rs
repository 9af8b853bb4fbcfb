//! Several inlets or outlets, and the names they go by.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{Path, Visibility};

use crate::names::kebab;
use crate::options::plain;

/// An inlet or outlet with its name.
pub(crate) struct Port {
    pub(crate) name: Ident,
    pub(crate) message: TokenStream,
}

/// All inlets, or all outlets, of one stage.
pub(crate) struct Ports<'a> {
    pub(crate) krate: &'a Path,
    pub(crate) vis: &'a Visibility,
    pub(crate) list: &'a [Port],
    /// The struct that names them, where one is made.
    pub(crate) holder: Option<Ident>,
    /// What the struct is: "What `Ingest` reads."
    pub(crate) about: String,
}

impl Ports<'_> {
    /// `()`, the only outlet, the struct that names them, or a tuple.
    pub(crate) fn ty(&self) -> TokenStream {
        let krate = self.krate;
        let outlets: Vec<TokenStream> = self
            .list
            .iter()
            .map(|Port { message, .. }| quote!(#krate::graph::Outlet<#message>))
            .collect();
        match (&self.holder, outlets.as_slice()) {
            (Some(holder), _) => quote!(#holder),
            (None, [only]) => only.clone(),
            (None, _) => quote!((#(#outlets),*)),
        }
    }

    /// The outlets taken apart, or put together.
    pub(crate) fn pattern(&self) -> TokenStream {
        let names: Vec<&Ident> = self.list.iter().map(|port| &port.name).collect();
        match (&self.holder, names.as_slice()) {
            (Some(holder), _) => quote!(#holder { #(#names),* }),
            (None, [only]) => quote!(#only),
            (None, _) => quote!((#(#names),*)),
        }
    }

    /// The struct that names them.
    pub(crate) fn definition(&self) -> TokenStream {
        let Some(holder) = &self.holder else {
            return TokenStream::new();
        };
        let Self {
            krate, vis, about, ..
        } = self;
        let fields = self.list.iter().map(|Port { name, message }| {
            let text = format!("The port `{}`.", kebab(&plain(name)));
            quote!(#[doc = #text] #name: #message)
        });
        quote! {
            #krate::ports! {
                #[doc = #about]
                #vis struct #holder { #(#fields),* }
            }
        }
    }

    /// `("lines": String)`, as it is registered.
    pub(crate) fn registered(&self) -> TokenStream {
        let ports = self.list.iter().enumerate().map(|(index, port)| {
            let message = &port.message;
            let name = plain(&port.name);
            let name = match name.strip_prefix("port_") {
                Some(_) => index.to_string(),
                None => kebab(&name),
            };
            quote!(#name: #message)
        });
        quote!((#(#ports),*))
    }

    /// The name of a port that has none.
    pub(crate) fn unnamed(index: usize) -> Ident {
        format_ident!("port_{index}")
    }
}
