use millpond_operators::laws;
use millpond_operators::testing::Token;

use super::{checked, to_first_err};

/// Keeps even tokens only, and fails at the eleventh.
fn even(token: Token) -> Result<Option<Token>, Token> {
    match token.value() {
        10 => Err(token),
        n => Ok((n % 2 == 0).then_some(token)),
    }
}

laws! {
    try_filter_map: |s| s.map(checked).try_filter_map(even),
    model: |v| {
        let made = v.into_iter().map(checked).map(|result| result.and_then(even));
        to_first_err(made.filter_map(Result::transpose))
    },
    terminal: Result::is_err,
}

laws! {
    try_filter_map_that_fails: |s| s.map(Ok).try_filter_map(even),
    model: |v| to_first_err(v.into_iter().map(even).filter_map(Result::transpose)),
    terminal: Result::is_err,
}

laws! {
    try_filter_map_that_makes_nothing: |s| {
        s.map(Ok::<Token, ()>).try_filter_map(|_| Ok(None::<Token>))
    },
    model: |_v| Vec::new(),
    terminal: Result::is_err,
}
