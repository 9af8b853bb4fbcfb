//! What stands in the brackets of an attribute: `name`, `name = value`,
//! `name(list)`, with commas between.

use std::time::Duration;

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, Lit, LitStr, Token, parenthesized, token};

use crate::errors::Errors;
use crate::names::nearest;

/// One argument of an attribute.
#[derive(Clone, Debug)]
pub(crate) struct Arg {
    pub(crate) name: Ident,
    pub(crate) value: Value,
}

/// What an argument is given.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// `name`
    Nothing,
    /// `name = value`
    Is(TokenStream),
    /// `name(list)`
    List(TokenStream),
}

impl Parse for Arg {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.call(Ident::parse_any)?;
        let value = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            // `emits = Result<u64, E>` would be read as a comparison.
            let value = (name != "emits").then(|| expression(input)).flatten();
            Value::Is(value.map_or_else(|| until_comma(input), Ok)?)
        } else if input.peek(token::Paren) {
            let list;
            parenthesized!(list in input);
            Value::List(list.parse()?)
        } else {
            Value::Nothing
        };
        Ok(Self { name, value })
    }
}

/// The tokens of an expression, if one stands before the next comma.
fn expression(input: ParseStream<'_>) -> Option<TokenStream> {
    let ahead = input.fork();
    let value: Expr = ahead.parse().ok()?;
    if !ahead.is_empty() && !ahead.peek(Token![,]) {
        return None;
    }
    input.advance_to(&ahead);
    Some(value.into_token_stream())
}

/// The tokens up to the next comma: a type has commas only within brackets
/// `<` and `>`, which tokens do not group.
fn until_comma(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    if input.is_empty() || input.peek(Token![,]) {
        return Err(input.error("expected a value after `=`"));
    }
    let mut value = TokenStream::new();
    let mut depth = 0_usize;
    while !input.is_empty() && (depth > 0 || !input.peek(Token![,])) {
        if input.peek(Token![<]) {
            depth += 1;
        } else if input.peek(Token![>]) && !input.peek(Token![>=]) {
            depth = depth.saturating_sub(1);
        }
        value.extend([input.parse::<proc_macro2::TokenTree>()?]);
    }
    Ok(value)
}

impl Arg {
    /// Reads the arguments of an attribute; what cannot be read is noted.
    pub(crate) fn list(tokens: TokenStream, errors: &mut Errors) -> Vec<Self> {
        let list = Punctuated::<Self, Token![,]>::parse_terminated;
        let args: Vec<Self> = errors
            .absorb(list.parse2(tokens))
            .into_iter()
            .flatten()
            .collect();
        for (index, arg) in args.iter().enumerate() {
            if args[..index].iter().any(|before| before.name == arg.name) {
                errors.at(
                    &arg.name,
                    format!("`{}` is given twice: keep one of them", arg.name),
                );
            }
        }
        args
    }

    pub(crate) fn is(&self, name: &str) -> bool {
        self.name == name
    }

    /// Notes that no argument has this name, and which name is near.
    pub(crate) fn unknown(&self, of: &str, known: &[&str], errors: &mut Errors) {
        let hint = match nearest(&self.name.to_string(), known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it knows `{}`", known.join("`, `")),
        };
        let name = &self.name;
        errors.at(name, format!("{of} has no option `{name}`: {hint}"));
    }

    /// The value after `=`, or an error that shows how it is written.
    pub(crate) fn value<T: Parse>(&self, example: &str) -> syn::Result<T> {
        match &self.value {
            Value::Is(value) => syn::parse2(value.clone()).map_err(|_| {
                let text = format!(
                    "`{}` is not given such a value: write `{example}`",
                    self.name
                );
                syn::Error::new_spanned(value, text)
            }),
            Value::Nothing | Value::List(_) => Err(syn::Error::new_spanned(
                &self.name,
                format!("`{}` needs a value: write `{example}`", self.name),
            )),
        }
    }

    /// A text after `=`.
    pub(crate) fn text(&self, example: &str) -> syn::Result<LitStr> {
        self.value(example)
    }

    /// One of several words after `=`, as an identifier or as a text.
    pub(crate) fn word(&self, words: &[&str]) -> syn::Result<String> {
        let example = format!("{} = {}", self.name, words.join("|"));
        let value: Expr = self.value(&example)?;
        let word = match &value {
            Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
            Expr::Lit(lit) => match &lit.lit {
                Lit::Str(text) => Some(text.value().replace('-', "_")),
                Lit::Bool(bool) => Some(bool.value.to_string()),
                _ => None,
            },
            _ => None,
        };
        word.filter(|word| words.contains(&word.as_str()))
            .ok_or_else(|| {
                let (last, first) = words.split_last().unwrap_or((&"", &[]));
                let text = format!(
                    "`{}` is one of `{}` and `{last}`",
                    self.name,
                    first.join("`, `")
                );
                syn::Error::new_spanned(value, text)
            })
    }

    /// Refuses a value for an argument that is a word of its own.
    pub(crate) fn flag(&self) -> syn::Result<()> {
        match &self.value {
            Value::Nothing => Ok(()),
            Value::Is(value) | Value::List(value) => Err(syn::Error::new_spanned(
                value,
                format!("`{0}` takes no value: write `{0}`", self.name),
            )),
        }
    }
}

/// A time, from a text with a number and its unit.
pub(crate) fn duration(text: &LitStr) -> syn::Result<Expr> {
    let value = text.value();
    let unit = value
        .trim_start_matches(|c: char| c.is_ascii_digit())
        .trim();
    let number = value.trim_end_matches(|c: char| !c.is_ascii_digit());
    let time = number.parse::<u64>().ok().and_then(|number| match unit {
        "us" | "µs" => Some(Duration::from_micros(number)),
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "m" | "min" => number.checked_mul(60).map(Duration::from_secs),
        _ => None,
    });
    let time = time.ok_or_else(|| {
        syn::Error::new_spanned(
            text,
            format!("a time is a number and a unit, `us`, `ms`, `s` or `m`, and `{value}` is not: write one like `5ms`"),
        )
    })?;
    let (seconds, nanos) = (time.as_secs(), time.subsec_nanos());
    Ok(syn::parse_quote!(::core::time::Duration::new(#seconds, #nanos)))
}

/// How many, as a number of at least 1, a constant or an option.
pub(crate) fn count(arg: &Arg, example: &str) -> syn::Result<Expr> {
    let count: Expr = arg.value(example)?;
    if let Expr::Lit(ExprLit { lit, .. }) = &count {
        let number = match lit {
            Lit::Int(number) => number.base10_parse::<usize>().ok(),
            _ => None,
        };
        if number.is_none_or(|number| number == 0) {
            return Err(syn::Error::new_spanned(
                &count,
                format!(
                    "`{}` is a number of at least 1: write `{example}`",
                    arg.name
                ),
            ));
        }
    }
    Ok(count)
}
