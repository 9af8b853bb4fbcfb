use std::cell::Cell;
use std::iter;

use futures::stream;
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

use super::{checked, to_first_err};

fn twice(token: Token) -> Result<impl Iterator<Item = u32>, Token> {
    match token.value() {
        9 => Err(token),
        // The token is held as long as the iterator.
        id => Ok(iter::repeat_n(id, 2).map(move |id| id.max(token.id()))),
    }
}

fn all(tokens: Vec<Token>, check: fn(Token) -> Result<Token, Token>) -> Vec<Result<u32, Token>> {
    let mut items = Vec::new();
    for token in tokens {
        match check(token).and_then(twice) {
            Ok(pair) => items.extend(pair.map(Ok)),
            Err(error) => items.push(Err(error)),
        }
    }
    to_first_err(items)
}

laws! {
    try_flat_map_iter: |s| s.map(checked).try_flat_map_iter(twice),
    model: |v| all(v, checked),
    look_ahead: 1,
    terminal: Result::is_err,
}

laws! {
    try_flat_map_iter_that_fails: |s| s.map(Ok).try_flat_map_iter(twice),
    model: |v| all(v, Ok),
    look_ahead: 1,
    terminal: Result::is_err,
}

laws! {
    try_flat_map_iter_of_nothing: |s| {
        s.map(Ok::<Token, ()>).try_flat_map_iter(|_| Ok([0_u32; 0]))
    },
    model: |_v| Vec::new(),
    terminal: Result::is_err,
}

#[tokio::test]
async fn each_item_is_made_when_it_is_asked_for() {
    let made = Cell::new(0);
    let count = |n| {
        made.set(made.get() + 1);
        n
    };
    let mut items =
        flow(stream::iter([Ok::<u8, ()>(1)])).try_flat_map_iter(|n| Ok(iter::repeat(n).map(count)));

    assert_eq!(made.get(), 0);
    assert_eq!(items.next().await, Some(Ok(1)));
    assert_eq!(made.get(), 1);
}
