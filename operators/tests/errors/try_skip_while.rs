use std::cell::Cell;

use futures::stream;
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

use super::{checked, to_first_err};

fn is_early(result: &Result<Token, Token>) -> bool {
    result.as_ref().is_ok_and(|token| token.value() < 3)
}

laws! {
    try_skip_while: |s| s.map(checked).try_skip_while(|token| Ok(token.value() < 3)),
    model: |v| to_first_err(v.into_iter().map(checked).skip_while(is_early)),
    terminal: Result::is_err,
}

laws! {
    try_skip_while_to_the_end: |s| s.map(Ok::<Token, ()>).try_skip_while(|_| Ok(true)),
    model: |_v| Vec::new(),
    terminal: Result::is_err,
}

laws! {
    try_skip_while_that_fails: |s| {
        s.map(Ok::<Token, u32>).try_skip_while(|token| match token.value() {
            4 => Err(4),
            _ => Ok(true),
        })
    },
    model: |v| {
        let ids = v.iter().map(Token::value);
        ids.filter(|id| *id == 4).map(Err).collect()
    },
    terminal: Result::is_err,
}

#[tokio::test]
async fn skip_is_not_asked_again() {
    let asked = Cell::new(0);
    let results: Vec<Result<u8, ()>> = flow(stream::iter([Ok(1), Ok(3), Ok(1)]))
        .try_skip_while(|n| {
            asked.set(asked.get() + 1);
            Ok(*n < 3)
        })
        .collect()
        .await;

    assert_eq!(results, [Ok(3), Ok(1)]);
    assert_eq!(asked.get(), 2);
}
