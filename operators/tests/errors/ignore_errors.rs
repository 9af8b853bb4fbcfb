use millpond_operators::errors::IgnoreErrors;
use millpond_operators::laws;
use millpond_operators::testing::Token;

use super::checked;

laws! {
    ignore_errors: |s| s.map(checked).ignore_errors(),
    model: |v| v.into_iter().filter_map(|token| checked(token).ok()).collect(),
    dropped: IgnoreErrors::dropped,
}

laws! {
    ignore_errors_that_are_all: |s| s.map(Err::<Token, Token>).ignore_errors(),
    model: |_v| Vec::new(),
    dropped: IgnoreErrors::dropped,
}
