use proc_macro2::TokenStream;
use syn::{Expr, Lit};

use crate::args::{Arg, count, duration};
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
    duration(text)
}
