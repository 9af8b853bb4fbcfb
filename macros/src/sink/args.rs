use std::time::Duration;

use proc_macro2::TokenStream;
use syn::{Expr, Lit, LitStr};

use crate::args::{Arg, count};
use crate::errors::Errors;
use crate::options::Options;

/// The arguments of `#[sink(..)]`.
pub(crate) struct Args {
    pub(crate) options: Options,
    /// How many calls of an `async fn` may be under way at once.
    pub(crate) most: Option<Expr>,
    /// How many messages a call takes at most.
    pub(crate) batch: Option<Expr>,
    /// How long a message waits for others.
    pub(crate) linger: Option<Expr>,
}

const OWN: [&str; 3] = ["concurrency", "batch", "linger"];

impl Args {
    pub(crate) fn read(tokens: TokenStream, errors: &mut Errors) -> Self {
        let list = Arg::list(tokens, errors);
        let (mut most, mut batch, mut linger) = (None, None, None);
        let options = Options::read("`#[sink]`", &list, &OWN, errors, |arg| {
            match arg.name.to_string().as_str() {
                "concurrency" => most = Some(count(arg, "concurrency = 8")?),
                "batch" => batch = Some(count(arg, "batch = 64")?),
                "linger" => linger = Some(time(arg)?),
                _ => return Ok(false),
            }
            Ok(true)
        });
        if let (Some(_), None) = (&linger, &batch) {
            let place = list.iter().find(|arg| arg.is("linger"));
            errors.at(
                place.map(|arg| &arg.name),
                "`linger` is how long a batch waits to be full: add `batch = 64`, or leave it out",
            );
        }
        Self {
            options,
            most,
            batch,
            linger,
        }
    }
}

/// A time: a text with its unit, an option or a constant.
fn time(arg: &Arg) -> syn::Result<Expr> {
    let value: Expr = arg.value("linger = \"5ms\"")?;
    let Expr::Lit(lit) = &value else {
        return Ok(value);
    };
    let Lit::Str(text) = &lit.lit else {
        let text = "`linger` is a time: write `linger = \"5ms\"`";
        return Err(syn::Error::new_spanned(lit, text));
    };
    let time = duration(text)?;
    let (seconds, nanos) = (time.as_secs(), time.subsec_nanos());
    Ok(syn::parse_quote!(::core::time::Duration::new(#seconds, #nanos)))
}

/// A number and its unit.
fn duration(text: &LitStr) -> syn::Result<Duration> {
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
    time.ok_or_else(|| {
        syn::Error::new_spanned(
            text,
            format!("a time is a number and a unit, `us`, `ms`, `s` or `m`, and `{value}` is not: write one like `5ms`"),
        )
    })
}
