use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::{FnArg, Generics, ItemImpl, Path, Safety, Signature, Type};

use super::Args;
use crate::callee::{Callee, Methods};
use crate::config::{Kind, Params, typed};
use crate::errors::Errors;
use crate::function::Function;
use crate::options::Options;
use crate::parameters::Given;
use crate::shape::{error, value};
use crate::types::{
    Lent, argument, borrows_nothing, flow_item, impl_item, is_result, last_segment, returned, shown,
};

/// A function, or methods, understood as a source.
pub(crate) struct Model {
    pub(crate) options: Options,
    /// The type that holds the options, and is the source.
    pub(crate) config: TokenStream,
    pub(crate) id: String,
    pub(crate) generics: Generics,
    pub(crate) params: Params,
    pub(crate) callee: Callee,
    /// What the worker gives, in the order of the parameters.
    pub(crate) given: Vec<Given>,
    pub(crate) form: Form,
    pub(crate) item: Item,
}

/// How the messages come.
#[derive(Clone)]
pub(crate) enum Form {
    /// One call makes all: an iterator, a collection or a foreign stream.
    Stream { opens: bool },
    /// One call makes a flow.
    Flow { opens: bool },
    /// One call of an `async fn` emits all.
    Body(Box<Type>),
    /// Each poll may make one.
    Poll,
    /// Each call makes one, until it makes none.
    Next { waits: bool },
}

/// What leaves the source.
#[derive(Clone)]
pub(crate) struct Item {
    pub(crate) out: TokenStream,
    /// The type of the errors that come between the messages, if they do.
    pub(crate) error: Option<TokenStream>,
}

impl Item {
    fn of(ty: &Type, krate: &Path) -> Self {
        if is_result(ty) {
            return Self {
                out: value(ty, krate),
                error: Some(error(ty, krate)),
            };
        }
        Self {
            out: ty.to_token_stream(),
            error: None,
        }
    }
}

impl Model {
    /// Understands a function; nothing if too much of it is wrong.
    pub(crate) fn of(function: &Function, args: Args, errors: &mut Errors) -> Option<Self> {
        let sig = &function.sig;
        let Args { options, emits } = args;
        let inputs = typed(&sig.inputs, errors);
        if let Safety::Unsafe(keyword) = &sig.safety {
            errors.at(keyword, "a source calls its function itself, and nobody vouches for an `unsafe` one: make it safe");
        }
        let (mut given, mut list) = (Vec::new(), Vec::new());
        for arg in inputs {
            let filled = Given::to(arg);
            if filled == Given::Other {
                list.extend(Kind::of(arg, errors));
            }
            given.push(filled);
        }
        let read = form(sig, emits);
        let (form, item) = errors.absorb(read)?;
        let item = Item::of(&item, &options.krate);
        let model = Self {
            config: options.struct_name(&sig.ident).into_token_stream(),
            id: options.id(&sig.ident),
            generics: Generics::default(),
            params: Params { list },
            callee: Callee::function(sig),
            options,
            given,
            form,
            item,
        };
        model.check(sig, errors);
        model.check_alike(sig, errors);
        Some(model)
    }

    /// Understands the methods of a type as a source.
    pub(crate) fn of_methods(block: &ItemImpl, args: Args, errors: &mut Errors) -> Option<Self> {
        let options = args.options;
        let Methods { main, finish } = Methods::of(block, "#[source]", &["next", "poll"], errors)?;
        if let Some(finish) = finish {
            errors.at(
                &finish.sig.ident,
                "a source ends itself: emit what is left before `next` returns `None`, or call this method otherwise",
            );
        }
        let sig = &main.sig;
        let callee = errors.absorb(Callee::method(sig));
        let mut given = Vec::new();
        for input in &sig.inputs {
            if let FnArg::Typed(arg) = input {
                let filled = Given::to(arg);
                if filled == Given::Other || sig.ident == "next" {
                    errors.at(arg, "the options of a source with methods are the fields of its struct: take this from `self`");
                }
                given.push(filled);
            }
        }
        let (form, item) = errors.absorb(method_form(sig))?;
        let name = last_segment(&block.self_ty).map(|segment| segment.ident.clone());
        let name = name.unwrap_or_else(|| Ident::new("source", Span::call_site()));
        if options.register && block.generics.type_params().next().is_some() {
            errors.at(
                &block.self_ty,
                "a generic type is not registered, since nothing says for which types: write `#[source(register = false)]`, and register what you need with `millpond::register!`",
            );
        }
        let item = Item::of(&item, &options.krate);
        let model = Self {
            config: block.self_ty.to_token_stream(),
            id: options.id(&name),
            generics: block.generics.clone(),
            params: Params::default(),
            callee: callee?,
            options,
            given,
            form,
            item,
        };
        model.check_alike(sig, errors);
        Some(model)
    }

    /// What an `async fn` emits, if the source is one.
    pub(crate) fn body(&self) -> Option<&Type> {
        match &self.form {
            Form::Body(emits) => Some(emits),
            _ => None,
        }
    }

    /// Notes what neither a function nor a method can do.
    fn check_alike(&self, sig: &Signature, errors: &mut Errors) {
        if let (Some(on_error), None) = (&self.options.on_error, &self.item.error) {
            errors.at(
                on_error,
                "`on_error` says what becomes of errors between the messages, and this source has none: emit `Result`s, or leave it out",
            );
        }
        if !matches!(self.form, Form::Poll) {
            return;
        }
        for input in &sig.inputs {
            if let FnArg::Typed(arg) = input
                && Given::to(arg) == (Given::Stopped { lent: false })
            {
                errors.at(
                    &arg.ty,
                    "a poll function is called again and again, so `Stopped` is lent to it: write `&mut Stopped`",
                );
            }
        }
    }

    fn check(&self, sig: &Signature, errors: &mut Errors) {
        for parameter in sig.generics.type_params() {
            errors.at(
                parameter,
                "nothing tells the type parameter of a source: write the type itself",
            );
        }
        if !matches!(self.form, Form::Poll) {
            for state in self.params.states() {
                errors.at(
                    &state.name,
                    format!("the function is called once, so it keeps its state in its own variables: make `{}` a `let` in it", state.name),
                );
            }
            if borrows_nothing(&sig.output) {
                return;
            }
            for field in self
                .params
                .fields()
                .filter(|field| field.lent != Lent::Given)
            {
                errors.at(
                    &field.written,
                    format!(
                        "what a source returns outlives the call, so it cannot borrow `{}`: take the option by value, `{}`, or say that it borrows nothing, `impl .. + use<>`",
                        field.name,
                        shown(&field.ty)
                    ),
                );
            }
        }
    }
}

/// How a function makes messages, and of which type.
fn form(sig: &Signature, emits: Option<Type>) -> syn::Result<(Form, Type)> {
    if let Some(emits) = emits {
        if sig.asyncness.is_none() {
            return Err(syn::Error::new_spanned(
                sig.fn_token,
                "`emits` is for an `async fn`, which emits with `emit!(..)`: write `async fn`, or return `impl Iterator<Item = T>`",
            ));
        }
        if let syn::ReturnType::Type(_, ty) = &sig.output {
            return Err(syn::Error::new_spanned(
                ty,
                "an `async fn` of a source emits its messages and returns nothing: leave the return type out",
            ));
        }
        return Ok((Form::Body(Box::new(emits.clone())), emits));
    }
    if let Some(keyword) = &sig.asyncness {
        return Err(syn::Error::new_spanned(
            keyword,
            "an `async fn` of a source says what it emits: write `#[source(emits = u64)]`, and `emit!(..)` in the body",
        ));
    }
    let ty = returned(&sig.output);
    if let Some(item) = polled(&ty) {
        return Ok((Form::Poll, item.clone()));
    }
    let (inner, opens) = match opened(&ty) {
        Some(inner) => (inner, true),
        None => (&ty, false),
    };
    if let Some(item) = flow_item(inner).or_else(|| impl_item(inner, "Progress", "Item")) {
        return Ok((Form::Flow { opens }, item.clone()));
    }
    let item = ["Iterator", "IntoIterator", "Stream"]
        .iter()
        .find_map(|name| impl_item(inner, name, "Item"))
        .or_else(|| argument(inner, "Vec"));
    match item {
        Some(item) => Ok((Form::Stream { opens }, item.clone())),
        None => Err(syn::Error::new_spanned(
            match &sig.output {
                syn::ReturnType::Default => sig.ident.to_token_stream(),
                syn::ReturnType::Type(_, ty) => ty.to_token_stream(),
            },
            "a source returns where its messages come from: `impl Iterator<Item = T>`, `impl Stream<Item = T>` or `Poll<Option<T>>`; an `async fn` says `#[source(emits = T)]`",
        )),
    }
}

fn method_form(sig: &Signature) -> syn::Result<(Form, Type)> {
    let ty = returned(&sig.output);
    if sig.ident == "poll" {
        if let Some(keyword) = &sig.asyncness {
            return Err(syn::Error::new_spanned(
                keyword,
                "`poll` says at once whether there is a message: leave `async` out, or write `async fn next`",
            ));
        }
        return match polled(&ty) {
            Some(item) => Ok((Form::Poll, item.clone())),
            None => Err(syn::Error::new_spanned(
                &sig.ident,
                "`poll` says whether there is a message: return `Poll<Option<T>>`",
            )),
        };
    }
    let waits = sig.asyncness.is_some();
    match argument(&ty, "Option") {
        Some(item) => Ok((Form::Next { waits }, item.clone())),
        None => Err(syn::Error::new_spanned(
            &sig.ident,
            "`next` makes one message, or none at the end: return `Option<T>`",
        )),
    }
}

/// `T` of `Poll<Option<T>>`.
fn polled(ty: &Type) -> Option<&Type> {
    argument(ty, "Poll").and_then(|inner| argument(inner, "Option"))
}

/// What is in a `Result` of an iterator or a stream.
fn opened(ty: &Type) -> Option<&Type> {
    let name = last_segment(ty)
        .filter(|_| is_result(ty))?
        .ident
        .to_string();
    crate::types::arguments(ty, &name)?.first().copied()
}
