//! What a stage calls for each message: a function, or a method of its own.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{FnArg, ImplItem, ImplItemFn, ItemImpl, Receiver, ReceiverKind, Signature};

use crate::errors::Errors;
use crate::names::nearest;

/// What is called, and how it gets at the stage.
pub(crate) struct Callee {
    pub(crate) path: TokenStream,
    pub(crate) lends: Lends,
}

/// How a method takes the stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lends {
    /// It is a function, and takes it not at all.
    Nothing,
    Shared,
    Mutable,
}

impl Callee {
    pub(crate) fn function(sig: &Signature) -> Self {
        let name = &sig.ident;
        Self {
            path: quote!(#name),
            lends: Lends::Nothing,
        }
    }

    /// A method that takes the stage by reference.
    pub(crate) fn method(sig: &Signature) -> syn::Result<Self> {
        let name = &sig.ident;
        let wrong = |place: &dyn quote::ToTokens| {
            syn::Error::new_spanned(
                place.to_token_stream(),
                format!(
                    "the stage stays from message to message, so `{name}` borrows it: begin the parameters with `&mut self` or `&self`"
                ),
            )
        };
        let lends = match sig.receiver() {
            Some(Receiver {
                kind: ReceiverKind::Reference(_, _, mutable),
                ..
            }) => match mutable {
                Some(_) => Lends::Mutable,
                None => Lends::Shared,
            },
            Some(receiver) => return Err(wrong(receiver)),
            None => return Err(wrong(name)),
        };
        Ok(Self {
            path: quote!(Self::#name),
            lends,
        })
    }

    /// The stage as the first argument: `&mut stage, `.
    pub(crate) fn lent(&self, stage: &TokenStream) -> TokenStream {
        match self.lends {
            Lends::Nothing => TokenStream::new(),
            Lends::Shared => quote!(&#stage,),
            Lends::Mutable => quote!(&mut #stage,),
        }
    }
}

/// The methods of an impl block that a macro knows.
pub(crate) struct Methods<'a> {
    pub(crate) main: &'a ImplItemFn,
    pub(crate) finish: Option<&'a ImplItemFn>,
}

impl<'a> Methods<'a> {
    /// Finds the method of one of these names, and `finish`.
    pub(crate) fn of(
        block: &'a ItemImpl,
        attribute: &str,
        names: &[&str],
        errors: &mut Errors,
    ) -> Option<Self> {
        if let Some((path, _)) = &block.trait_ {
            errors.at(
                path,
                format!("`{attribute}` stands on the methods of a type itself: write `impl Type`, without a trait"),
            );
            return None;
        }
        let methods = || {
            block.items.iter().filter_map(|item| match item {
                ImplItem::Fn(method) => Some(method),
                _ => None,
            })
        };
        let named = |name: &str| methods().find(|method| method.sig.ident == name);
        let found: Vec<&ImplItemFn> = names.iter().copied().filter_map(named).collect();
        match found.as_slice() {
            [main] => Some(Self {
                main,
                finish: named("finish"),
            }),
            [_, second, ..] => {
                errors.at(
                    &second.sig.ident,
                    format!(
                        "`{attribute}` calls one method: keep one of `{}`",
                        names.join("`, `")
                    ),
                );
                None
            }
            [] => {
                let like = methods().find_map(|method| {
                    let name = method.sig.ident.to_string();
                    nearest(&name, names).map(|near| (&method.sig.ident, near))
                });
                let wanted = names.join("` or `");
                match like {
                    Some((name, near)) => errors.at(
                        name,
                        format!("`{attribute}` calls the method `{wanted}`: did you mean `{near}`?"),
                    ),
                    None => errors.at(
                        &block.self_ty,
                        format!("`{attribute}` calls the method `{wanted}`, and there is none: add it to this block"),
                    ),
                }
                None
            }
        }
    }
}

/// Notes parameters beside the receiver and `allowed` others.
pub(crate) fn expect_parameters(sig: &Signature, allowed: usize, errors: &mut Errors) {
    let typed = sig
        .inputs
        .iter()
        .filter(|input| matches!(input, FnArg::Typed(_)));
    for input in typed.skip(allowed) {
        errors.at(
            input,
            "the options of a stage with methods are the fields of its struct: take this from `self`",
        );
    }
}
