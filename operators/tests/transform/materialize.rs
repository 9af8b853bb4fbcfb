use futures::FutureExt;
use futures::stream;
use millpond_operators::testing::Token;
use millpond_operators::transform::Event;
use millpond_operators::{flow, laws};

/// An error for every third token.
fn checked(token: Token) -> Result<Token, Token> {
    if token.value() % 3 == 1 {
        Err(token)
    } else {
        Ok(token)
    }
}

fn event(result: Result<Token, Token>) -> Event<Token, Token> {
    match result {
        Ok(token) => Event::Next(token),
        Err(token) => Event::Err(token),
    }
}

laws! {
    materialize: |s| s.map(checked).materialize(),
    model: |v| v.into_iter().map(checked).map(event).chain([Event::End]).collect(),
}

#[test]
fn the_end_of_an_empty_input_is_an_event_too() {
    let empty = flow(stream::empty::<Result<(), ()>>());
    let events: Option<Vec<_>> = empty.materialize().collect().now_or_never();

    assert_eq!(events, Some(vec![Event::End]));
}
