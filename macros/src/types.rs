//! What can be read off a type as it is written.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{
    GenericArgument, PathArguments, PathSegment, ReturnType, Type, TypeParamBound, TypePath,
};

/// The last segment of a path, `HashMap<K, V>` of `std::collections::HashMap<K, V>`.
pub(crate) fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(TypePath {
            qself: None, path, ..
        }) => path.segments.last(),
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        _ => None,
    }
}

/// Whether the type's last segment is `name`.
pub(crate) fn is_named(ty: &Type, name: &str) -> bool {
    last_segment(ty).is_some_and(|segment| segment.ident == name)
}

/// The type arguments of the last segment, if it is `name`.
pub(crate) fn arguments<'a>(ty: &'a Type, name: &str) -> Option<Vec<&'a Type>> {
    let segment = last_segment(ty).filter(|segment| segment.ident == name)?;
    let PathArguments::AngleBracketed(list) = &segment.arguments else {
        return Some(Vec::new());
    };
    let types = list.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    Some(types.collect())
}

/// The one type argument of the last segment, if it is `name`.
pub(crate) fn argument<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    match arguments(ty, name)?.as_slice() {
        [only] => Some(only),
        _ => None,
    }
}

/// `X` of `impl Name<Item = X> + …`, for the associated type `item`.
pub(crate) fn impl_item<'a>(ty: &'a Type, name: &str, item: &str) -> Option<&'a Type> {
    let Type::ImplTrait(opaque) = ty else {
        return None;
    };
    opaque.bounds.iter().find_map(|bound| {
        let TypeParamBound::Trait(bound) = bound else {
            return None;
        };
        let segment = bound.path.segments.last()?;
        let PathArguments::AngleBracketed(list) = &segment.arguments else {
            return None;
        };
        list.args
            .iter()
            .filter(|_| segment.ident == name)
            .find_map(|argument| match argument {
                GenericArgument::AssocType(bound) if bound.ident == item => Some(&bound.ty),
                _ => None,
            })
    })
}

/// `X` of `Flow<impl Progress<Item = X>>`.
pub(crate) fn flow_item(ty: &Type) -> Option<&Type> {
    argument(ty, "Flow").and_then(|inner| impl_item(inner, "Progress", "Item"))
}

/// The type that a function returns, `()` if it says nothing.
pub(crate) fn returned(output: &ReturnType) -> Type {
    match output {
        ReturnType::Default => syn::parse_quote!(()),
        ReturnType::Type(_, ty) => (**ty).clone(),
    }
}

/// Whether this is `()`.
pub(crate) fn is_unit(ty: &Type) -> bool {
    matches!(ty, Type::Tuple(tuple) if tuple.elems.is_empty())
}

/// Whether a function says that what it returns borrows nothing: `use<>`.
pub(crate) fn borrows_nothing(output: &ReturnType) -> bool {
    let text = quote!(#output).to_string().replace(' ', "");
    text.contains("use<>")
}

/// A type as its user would write it.
pub(crate) fn shown(ty: &TokenStream) -> String {
    let text = ty.to_string().replace(' ', "");
    [
        "::std::string::",
        "::std::path::",
        "::std::vec::",
        "::core::option::",
    ]
    .iter()
    .fold(text, |text, path| text.replace(path, ""))
}

/// Whether a `Result` is written so: `Result`, `io::Result`, `MyResult<T>`.
///
/// A name that only ends so, as `SearchResult`, may be any type.
pub(crate) fn is_result(ty: &Type) -> bool {
    last_segment(ty).is_some_and(|segment| {
        let given = matches!(segment.arguments, PathArguments::AngleBracketed(_));
        segment.ident == "Result" || given && segment.ident.to_string().ends_with("Result")
    })
}

/// Whether any of the identifiers stands in these tokens.
pub(crate) fn mentions(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|tree| match tree {
        proc_macro2::TokenTree::Ident(ident) => ident == name,
        proc_macro2::TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}

/// How what a function borrows is kept: as what type, and how it is lent.
pub(crate) struct Kept {
    pub(crate) ty: TokenStream,
    pub(crate) lent: Lent,
}

/// How a kept value is handed to the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lent {
    /// The function takes it by value.
    Given,
    /// `&value`
    Borrowed,
    /// `value.as_deref()`: the function takes an option of what derefs.
    AsDeref,
    /// `value.as_ref()`: the function takes an option of a reference.
    AsRef,
}

/// `String` for `&str`, `PathBuf` for `&Path`, `Vec<T>` for `&[T]`, `T` for
/// `&T`, the same within an `Option`; any other type is its own.
pub(crate) fn kept(ty: &Type) -> Kept {
    match ty {
        Type::Reference(reference) => {
            let (ty, _) = owned(&reference.elem);
            Kept {
                ty,
                lent: Lent::Borrowed,
            }
        }
        _ => match argument(ty, "Option") {
            Some(Type::Reference(reference)) => {
                let (ty, derefs) = owned(&reference.elem);
                Kept {
                    ty: quote!(::core::option::Option<#ty>),
                    lent: if derefs { Lent::AsDeref } else { Lent::AsRef },
                }
            }
            _ => Kept {
                ty: quote!(#ty),
                lent: Lent::Given,
            },
        },
    }
}

/// The owned type of what is behind a reference, and whether it is another.
fn owned(behind: &Type) -> (TokenStream, bool) {
    match behind {
        Type::Slice(slice) => {
            let item = &slice.elem;
            (quote!(::std::vec::Vec<#item>), true)
        }
        ty if is_named(ty, "str") => (quote!(::std::string::String), true),
        ty if is_named(ty, "Path") => (quote!(::std::path::PathBuf), true),
        ty => (quote!(#ty), false),
    }
}

/// The name of a method, placed where the compiler is to point if the method
/// asks more of a type than it has.
pub(crate) fn at(method: &str, ty: &TokenStream) -> Ident {
    let place = ty.clone().into_iter().next();
    let span = place.map_or_else(Span::call_site, |token| token.span());
    Ident::new(method, span)
}
