use std::cell::Cell;

use futures::stream;
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

use super::{checked, to_first_err};

fn even(result: &Result<Token, Token>) -> bool {
    result
        .as_ref()
        .map_or(true, |token| token.value().is_multiple_of(2))
}

laws! {
    try_filter: |s| s.map(checked).try_filter(|token| Ok(token.value().is_multiple_of(2))),
    model: |v| to_first_err(v.into_iter().map(checked)).into_iter().filter(even).collect(),
    terminal: Result::is_err,
}

laws! {
    try_filter_that_keeps_nothing: |s| s.map(Ok::<Token, ()>).try_filter(|_| Ok(false)),
    model: |_v| Vec::new(),
    terminal: Result::is_err,
}

laws! {
    try_filter_that_fails: |s| s.map(Ok).try_filter(|token| match token.value() {
        5 => Err(5),
        n => Ok(n % 2 == 1),
    }),
    model: |v| {
        let failing = v.into_iter().filter(|token| token.value() % 2 == 1);
        to_first_err(failing.map(|token| if token.value() == 5 { Err(5) } else { Ok(token) }))
    },
    terminal: Result::is_err,
}

#[tokio::test]
async fn keep_is_not_asked_about_an_err() {
    let asked = Cell::new(0);
    let results: Vec<_> = flow(stream::iter([Ok(1), Err("no"), Ok(2)]))
        .try_filter(|_| {
            asked.set(asked.get() + 1);
            Ok(true)
        })
        .collect()
        .await;

    assert_eq!(results, [Ok(1), Err("no")]);
    assert_eq!(asked.get(), 1);
}
