//! The attribute macros of millpond.

mod args;
mod callee;
mod config;
mod errors;
mod function;
mod generics;
mod message;
mod module;
mod names;
mod options;
mod parameters;
mod ports;
mod shape;
mod sink;
mod source;
mod stage;
#[cfg(test)]
mod tests;
mod types;

use proc_macro::TokenStream;

/// Makes a stage of a function.
#[proc_macro_attribute]
pub fn stage(args: TokenStream, item: TokenStream) -> TokenStream {
    stage::expand(args.into(), item.into()).into()
}

/// Makes a source of a function.
#[proc_macro_attribute]
pub fn source(args: TokenStream, item: TokenStream) -> TokenStream {
    source::expand(args.into(), item.into()).into()
}

/// Makes a sink of a function.
#[proc_macro_attribute]
pub fn sink(args: TokenStream, item: TokenStream) -> TokenStream {
    sink::expand(args.into(), item.into()).into()
}

/// Makes a module of a function.
#[proc_macro_attribute]
pub fn module(args: TokenStream, item: TokenStream) -> TokenStream {
    module::expand(args.into(), item.into()).into()
}
