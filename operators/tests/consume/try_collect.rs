use std::pin::pin;
use std::sync::Arc;

use futures::stream::{self, StreamExt};
use millpond_operators::testing::{Token, outcome};
use millpond_operators::{flow, laws};

fn checked(token: Token) -> Result<Token, Token> {
    let _id = token.value();
    token.checked()
}

laws! {
    try_collect: |s| outcome(s.map(checked).try_collect::<Vec<Token>>()),
    model: |v| vec![v.into_iter().map(checked).collect::<Result<Vec<_>, _>>()],
    look_ahead: usize::MAX,
}

laws! {
    try_collect_of_all: |s| outcome(s.map(Ok::<Token, ()>).try_collect::<Vec<Token>>()),
    model: |v| vec![Ok(v)],
    look_ahead: usize::MAX,
}

#[tokio::test]
async fn the_first_err_drops_the_input_and_the_values() {
    let resource = Arc::new(());
    let results = [Ok(Arc::clone(&resource)), Err("no")];
    let held = Arc::clone(&resource);
    let endless = stream::iter(results)
        .chain(stream::pending())
        .inspect(move |_| drop(Arc::clone(&held)));
    let mut collected = pin!(flow(endless).try_collect::<Vec<_>>());

    assert_eq!(collected.as_mut().await, Err("no"));
    assert_eq!(Arc::strong_count(&resource), 1);
}
