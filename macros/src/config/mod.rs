//! The options of a stage: parameters of a function that become the fields of
//! its config struct.

mod emit;
mod field;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, FnArg, Pat, PatType};

use crate::errors::Errors;
use crate::names::local;
use crate::options::plain;
use crate::types::{Lent, mentions, shown};
pub(crate) use emit::Config;
pub(crate) use field::Field;

/// A parameter that is no message: an option, or state.
pub(crate) enum Kind {
    Option(Box<Field>),
    State(Box<State>),
}

/// What a stage keeps from message to message, made on the worker.
pub(crate) struct State {
    pub(crate) name: Ident,
    /// What makes it; its default if nothing does.
    pub(crate) init: Option<Expr>,
    /// Its type, without the reference.
    pub(crate) ty: syn::Type,
}

impl Kind {
    /// Reads a parameter that comes after the message.
    pub(crate) fn of(arg: &PatType, errors: &mut Errors) -> Option<Self> {
        if let Some(attr) = attribute(&arg.attrs, "state") {
            let state = errors.absorb(State::of(arg, attr))?;
            return Some(Self::State(Box::new(state)));
        }
        let field = Field::of(arg, errors)?;
        Some(Self::Option(Box::new(field)))
    }
}

impl State {
    fn of(arg: &PatType, attr: &Attribute) -> syn::Result<Self> {
        let name = name(arg)?;
        let syn::Type::Reference(reference) = &*arg.ty else {
            let (ty, text) = (&arg.ty, "state is lent to the function for each message");
            let (name, ty_text) = (&name, shown(&quote!(#ty)));
            return Err(syn::Error::new_spanned(
                ty,
                format!("{text}, and `{name}` is taken by value: write `&mut {ty_text}`"),
            ));
        };
        let init = match &attr.meta {
            syn::Meta::Path(_) => None,
            syn::Meta::List(list) => Some(syn::parse2(list.tokens.clone()).map_err(|_| {
                let text = "state begins with a value: write `#[state(HashSet::new())]`";
                syn::Error::new_spanned(&list.tokens, text)
            })?),
            syn::Meta::NameValue(pair) => Some(pair.value.clone()),
        };
        Ok(Self {
            name,
            init,
            ty: (*reference.elem).clone(),
        })
    }
}

impl State {
    /// Its variable, which no other of the user's can be taken for.
    pub(crate) fn local(&self) -> Ident {
        local(&format!("state_{}", plain(&self.name)))
    }
}

/// The parameters after the message, in the order of the function.
#[derive(Default)]
pub(crate) struct Params {
    pub(crate) list: Vec<Kind>,
}

impl Params {
    pub(crate) fn fields(&self) -> impl Iterator<Item = &Field> {
        self.list.iter().filter_map(|param| match param {
            Kind::Option(field) => Some(&**field),
            Kind::State(_) => None,
        })
    }

    pub(crate) fn states(&self) -> impl Iterator<Item = &State> {
        self.list.iter().filter_map(|param| match param {
            Kind::State(state) => Some(&**state),
            Kind::Option(_) => None,
        })
    }

    /// Whether the function borrows any of them.
    pub(crate) fn borrowed(&self) -> bool {
        self.states().next().is_some() || self.fields().any(|field| field.lent != Lent::Given)
    }

    /// `let mut seen = HashSet::new();` for each state, with the options that
    /// such a value mentions in scope.
    pub(crate) fn state_bindings(&self, config: &TokenStream) -> TokenStream {
        let bindings = self.states().map(|state| {
            let State { init, ty, .. } = state;
            let default = || quote!(::core::default::Default::default());
            let value = init
                .as_ref()
                .map_or_else(default, ToTokens::to_token_stream);
            let value = self.with_options(&value, config);
            let name = state.local();
            quote! { let mut #name: #ty = #value; }
        });
        quote! { #(#bindings)* }
    }

    /// A value with the options that it mentions in scope.
    pub(crate) fn with_options(&self, value: &TokenStream, config: &TokenStream) -> TokenStream {
        let mut options = TokenStream::new();
        for field in self.fields() {
            let passed = field.passed(config, true);
            // Of a parameter that only such a value mentions, `_port`, also
            // the name without its underscore.
            let names = [&field.name, &field.parameter];
            let names = &names[..if field.name == field.parameter { 1 } else { 2 }];
            for name in names {
                if mentions(value.clone(), &name.to_string()) {
                    options.extend(quote!(let #name = #passed;));
                }
            }
        }
        if options.is_empty() {
            value.clone()
        } else {
            quote!({ #options #value })
        }
    }

    /// Asks an option for at least 1, if this is one and it says no more.
    pub(crate) fn at_least_one(&mut self, count: Option<&Expr>) {
        let Some(Expr::Path(path)) = count else {
            return;
        };
        for param in &mut self.list {
            if let Kind::Option(field) = param
                && (path.path.is_ident(&field.name) || path.path.is_ident(&field.parameter))
                && crate::types::is_named(&field.written, "usize")
                && field.range.is_none()
            {
                field.range = Some(syn::parse_quote!(1..));
            }
        }
    }

    /// The arguments after the message. `again` if the function is called
    /// more than once with the same options.
    pub(crate) fn arguments(&self, config: &TokenStream, again: bool) -> Vec<TokenStream> {
        let arguments = self.list.iter().map(|param| match param {
            Kind::Option(field) => field.passed(config, again),
            Kind::State(state) => {
                let name = state.local();
                quote!(&mut #name)
            }
        });
        arguments.collect()
    }
}

/// The parameters of a function that takes no receiver.
pub(crate) fn typed<'a>(
    inputs: impl IntoIterator<Item = &'a FnArg>,
    errors: &mut Errors,
) -> Vec<&'a PatType> {
    let mut typed = Vec::new();
    for input in inputs {
        match input {
            FnArg::Typed(arg) => typed.push(arg),
            FnArg::Receiver(receiver) => errors.at(
                receiver,
                "a function with `self` cannot stand alone: put the attribute on its `impl` block",
            ),
        }
    }
    typed
}

pub(crate) fn attribute<'a>(attrs: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attrs.iter().find(|attr| attr.path().is_ident(name))
}

/// The name of a parameter that is no message.
fn name(arg: &PatType) -> syn::Result<Ident> {
    match &*arg.pat {
        Pat::Ident(pat) if pat.subpat.is_none() => Ok(pat.ident.clone()),
        pat => Err(syn::Error::new_spanned(
            pat,
            "an option is known by its name, and a pattern has none: name it, and take it apart in the body",
        )),
    }
}
