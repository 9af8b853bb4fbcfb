//! What the macros make, as formatted code.

use proc_macro2::TokenStream;

/// Expands an attribute and its item, both given as text.
pub(crate) fn expanded(
    expand: impl Fn(TokenStream, &TokenStream) -> TokenStream,
    args: &str,
    item: &str,
) -> String {
    let tokens = expand(args.parse().unwrap(), &item.parse().unwrap());
    match syn::parse2(tokens.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        Err(error) => panic!("{error} in\n{tokens}"),
    }
}
