use std::sync::Arc;

use futures::FutureExt;
use futures::stream::{self, FusedStream, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::transform::Event;
use millpond_operators::{flow, laws};

/// An error for every third token, and an end at the eighth.
fn event(token: Token) -> Event<Token, Token> {
    match token.value() {
        7 => Event::End,
        id if id % 3 == 1 => Event::Err(token),
        _ => Event::Next(token),
    }
}

fn result(event: Event<Token, Token>) -> Option<Result<Token, Token>> {
    match event {
        Event::Next(token) => Some(Ok(token)),
        Event::Err(token) => Some(Err(token)),
        Event::End => None,
    }
}

fn checked(token: Token) -> Result<Token, Token> {
    if token.id().is_multiple_of(2) {
        Err(token)
    } else {
        Ok(token)
    }
}

laws! {
    dematerialize: |s| s.map(event).dematerialize(),
    model: |v| v.into_iter().map(event).map_while(result).collect(),
}

laws! {
    the_two_together_change_nothing: |s| s.map(checked).materialize().dematerialize(),
    model: |v| v.into_iter().map(checked).collect(),
}

#[tokio::test]
async fn it_ends_at_the_event_of_the_end_and_drops_the_input() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let events = stream::iter([Event::Next(1), Event::<_, ()>::End])
        .chain(stream::pending())
        .inspect(move |_| drop(Arc::clone(&held)));
    let mut results = flow(events).dematerialize();

    assert_eq!(results.next().await, Some(Ok(1)));
    assert_eq!(Arc::strong_count(&resource), 2);
    assert_eq!(results.next().now_or_never(), Some(None));
    assert_eq!(Arc::strong_count(&resource), 1);
    assert!(results.is_terminated());
}
