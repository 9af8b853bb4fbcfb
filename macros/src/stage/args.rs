use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{Expr, ExprClosure};

use crate::args::{Arg, Value, count};
use crate::errors::Errors;
use crate::options::Options;
use crate::ports::output_names;

/// The arguments of `#[stage(..)]`.
pub(crate) struct Args {
    pub(crate) options: Options,
    /// How many calls may be under way at once.
    pub(crate) most: Option<Expr>,
    pub(crate) order: Option<Order>,
    /// The names of the outlets, of a stage that has several.
    pub(crate) outputs: Option<Vec<Ident>>,
    /// What says that each variant of what it emits has an outlet of its own.
    pub(crate) routes: Option<Ident>,
    /// What says that the stage is one of calls under way at once.
    pub(crate) concurrent_at: Option<TokenStream>,
}

/// In which order the results of calls under way at once leave.
pub(crate) enum Order {
    /// As their messages came.
    Ordered,
    /// As they are ready.
    Unordered,
    /// As their messages came, among those of one key.
    Keyed(Box<ExprClosure>),
}

const OWN: [&str; 6] = [
    "concurrency",
    "ordered",
    "unordered",
    "keyed",
    "outputs",
    "route",
];

impl Args {
    pub(crate) fn read(tokens: TokenStream, errors: &mut Errors) -> Self {
        let list = Arg::list(tokens, errors);
        let mut most = None;
        let mut orders = Vec::new();
        let mut concurrent_at = None;
        let (mut outputs, mut routes) = (None, None);
        let options = Options::read("`#[stage]`", &list, &OWN, errors, |arg| {
            if arg.is("outputs") {
                outputs = Some(output_names(arg)?);
                return Ok(true);
            }
            if arg.is("route") {
                arg.flag()?;
                routes = Some(arg.name.clone());
                return Ok(true);
            }
            if arg.is("concurrency") {
                most = Some(count(arg, "concurrency = 8")?);
            } else if let Some(order) = Order::read(arg)? {
                orders.push((order, arg.name.clone()));
            } else {
                return Ok(false);
            }
            concurrent_at.get_or_insert(arg.name.to_token_stream());
            Ok(true)
        });
        if let [_, (_, second), ..] = orders.as_slice() {
            errors.at(
                second,
                "results leave in one order: keep one of `ordered`, `unordered` and `keyed(..)`",
            );
        }
        Self {
            options,
            most,
            order: orders.into_iter().next().map(|(order, _)| order),
            outputs,
            routes,
            concurrent_at,
        }
    }
}

impl Order {
    fn read(arg: &Arg) -> syn::Result<Option<Self>> {
        Ok(Some(match arg.name.to_string().as_str() {
            "ordered" => arg.flag().map(|()| Self::Ordered)?,
            "unordered" => arg.flag().map(|()| Self::Unordered)?,
            "keyed" => Self::Keyed(Box::new(key(arg)?)),
            _ => return Ok(None),
        }))
    }
}

fn key(arg: &Arg) -> syn::Result<ExprClosure> {
    let closure = match &arg.value {
        Value::List(list) => syn::parse2::<ExprClosure>(list.clone()).ok(),
        Value::Nothing | Value::Is(_) => None,
    };
    closure.ok_or_else(|| {
        let text =
            "`keyed` needs the key of a message: write `keyed(|message| message.host.clone())`";
        syn::Error::new_spanned(&arg.name, text)
    })
}
