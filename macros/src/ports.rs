//! Several inlets or outlets, and the names they go by.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Pat, PatType, Path, Token, Visibility};

use crate::args::{Arg, Value};
use crate::names::{kebab, local};
use crate::options::plain;

/// An inlet or outlet with its name.
pub(crate) struct Port {
    pub(crate) name: Ident,
    pub(crate) message: TokenStream,
}

impl Port {
    /// Its variable, which no other of the user's can be taken for.
    pub(crate) fn local(&self) -> Ident {
        local(&format!("of_{}", plain(&self.name)))
    }
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
        let locals: Vec<Ident> = self.list.iter().map(Port::local).collect();
        match (&self.holder, locals.as_slice()) {
            (Some(holder), _) => {
                let names = self.list.iter().map(|port| &port.name);
                quote!(#holder { #(#names: #locals),* })
            }
            (None, [only]) => quote!(#only),
            (None, _) => quote!((#(#locals),*)),
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
            let name = if port.name == Self::unnamed(index) {
                index.to_string()
            } else {
                kebab(&plain(&port.name))
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

/// The name of the port that a parameter is.
pub(crate) fn port_name(arg: &PatType, index: usize) -> syn::Result<Ident> {
    match &*arg.pat {
        Pat::Ident(pat) if pat.subpat.is_none() => Ok(pat.ident.clone()),
        Pat::Wild(_) => Ok(Ports::unnamed(index)),
        pat => Err(syn::Error::new_spanned(
            pat,
            "an inlet is known by its name, and a pattern has none: name it",
        )),
    }
}

/// Refuses more or fewer names than there are outlets.
pub(crate) fn check_names(names: Option<&[Ident]>, outlets: usize) -> syn::Result<()> {
    let Some(names) = names.filter(|names| names.len() != outlets) else {
        return Ok(());
    };
    let text = format!(
        "each outlet has one name, and there are {} and {}: name each",
        counted(outlets, "outlet"),
        counted(names.len(), "name")
    );
    Err(syn::Error::new_spanned(quote!(#(#names),*), text))
}

fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

/// The names of outlets, `outputs(parsed, rejected)`.
pub(crate) fn output_names(arg: &Arg) -> syn::Result<Vec<Ident>> {
    let wrong = || {
        syn::Error::new_spanned(
            &arg.name,
            "`outputs` names the outlets that come out: write `outputs(parsed, rejected)`",
        )
    };
    let Value::List(list) = &arg.value else {
        return Err(wrong());
    };
    let names: Vec<Ident> = Punctuated::<Ident, Token![,]>::parse_terminated
        .parse2(list.clone())
        .map_err(|_| wrong())?
        .into_iter()
        .collect();
    for (index, name) in names.iter().enumerate() {
        if names[..index].contains(name) {
            let text = format!("two outlets are called `{name}`: name one differently");
            return Err(syn::Error::new_spanned(name, text));
        }
    }
    Ok(names)
}
