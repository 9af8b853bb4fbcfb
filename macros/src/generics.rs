//! Stages for many message types.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{GenericParam, Generics, TypeParam, TypeParamBound, WherePredicate};

use crate::errors::Errors;
use crate::options::Options;
use crate::types::mentions;

/// What a message whose type is known at run time may be able to do.
const CAPABILITIES: [&str; 3] = ["Clone", "Serialize", "Debug"];

/// What every message is.
const GRANTED: [&str; 3] = ["Message", "Send", "Sized"];

/// The message types that a stage is registered for: those it lists, the one
/// it names, or any that can do what its type parameter asks for.
pub(crate) fn registered(
    generics: &Generics,
    message: &TokenStream,
    options: &Options,
    errors: &mut Errors,
) -> TokenStream {
    if let Some(types) = &options.types {
        return quote!(#(#types),*);
    }
    let Some(parameter) = generics.type_params().next() else {
        return message.clone();
    };
    if !options.register {
        return TokenStream::new();
    }
    if generics.type_params().count() > 1 || parameter.ident != message.to_string() {
        errors.at(
            &parameter.ident,
            format!(
                "only a stage for messages of type `{0}` itself is registered for all types: list the types of messages, `#[stage(types(..))]`, or leave it out of the registry, `register = false`",
                parameter.ident
            ),
        );
        return TokenStream::new();
    }
    let mut needs = Vec::new();
    for bound in bounds(generics, parameter) {
        match name(bound) {
            Some(name) if GRANTED.contains(&name.as_str()) => {}
            Some(name) if CAPABILITIES.contains(&name.as_str()) => {
                needs.push(syn::Ident::new(&name, proc_macro2::Span::call_site()));
            }
            Some(_) => errors.at(
                bound,
                format!(
                    "a stage for all messages may ask them for `Clone`, `Serialize` and `Debug`, and this asks for `{0}`: list the types to register it for, `#[stage(types(String, u64))]`, or leave it out of the registry, `register = false`",
                    bound.to_token_stream()
                ),
            ),
            None => {}
        }
    }
    quote!(any #(+ #needs)*)
}

/// Notes type parameters that no message fixes.
pub(crate) fn check(generics: &Generics, message: &TokenStream, errors: &mut Errors) {
    for parameter in &generics.params {
        match parameter {
            GenericParam::Type(TypeParam { ident, .. })
                if !mentions(message.clone(), &ident.to_string()) =>
            {
                errors.at(
                    ident,
                    format!("a type parameter is found from the message, and `{ident}` is not in its type: take a message with `{ident}` in it, or write the type itself"),
                );
            }
            GenericParam::Const(parameter) => errors.at(
                parameter,
                "the config struct has no const parameters: make it an option",
            ),
            GenericParam::Type(_) | GenericParam::Lifetime(_) => {}
        }
    }
}

/// The parameters and bounds of the impl: all but lifetimes, which the
/// function finds for itself.
pub(crate) fn without_lifetimes(generics: &Generics) -> Generics {
    let mut generics = generics.clone();
    generics.params = generics
        .params
        .into_iter()
        .filter(|parameter| matches!(parameter, GenericParam::Type(_)))
        .collect();
    if let Some(clause) = &mut generics.where_clause {
        clause.predicates = clause
            .predicates
            .clone()
            .into_iter()
            .filter(|predicate| matches!(predicate, WherePredicate::Type(_)))
            .collect();
    }
    generics
}

/// What is asked of a type parameter, at it and behind `where`.
fn bounds<'a>(
    generics: &'a Generics,
    parameter: &'a TypeParam,
) -> impl Iterator<Item = &'a TypeParamBound> {
    let predicates = generics
        .where_clause
        .iter()
        .flat_map(|clause| &clause.predicates);
    let behind = predicates.filter_map(|predicate| match predicate {
        WherePredicate::Type(predicate)
            if parameter.ident == predicate.bounded_ty.to_token_stream().to_string() =>
        {
            Some(&predicate.bounds)
        }
        _ => None,
    });
    parameter.bounds.iter().chain(behind.flatten())
}

fn name(bound: &TypeParamBound) -> Option<String> {
    match bound {
        TypeParamBound::Trait(bound) => {
            let segment = bound.path.segments.last()?;
            Some(segment.ident.to_string())
        }
        _ => None,
    }
}
