use std::sync::Arc;

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::{Flow, Foreign, flow, laws};

use super::{checked, to_first_err};

type Pair = Flow<Foreign<stream::Iter<std::array::IntoIter<Result<u32, u32>, 2>>>>;

/// Two values, or one and an error where the token is the tenth.
fn pair(token: &Token) -> [Result<u32, u32>; 2] {
    match token.value() {
        9 => [Ok(9), Err(9)],
        id => [Ok(id), Ok(id)],
    }
}

fn pairs(token: Token) -> Result<Pair, u32> {
    let token = checked(token).map_err(|token| token.id())?;
    Ok(flow(stream::iter(pair(&token))))
}

laws! {
    try_flatten: |s| s.map(pairs).try_flatten(),
    model: |v| {
        let all = v.into_iter().flat_map(|token| match checked(token) {
            Ok(token) => pair(&token).to_vec(),
            Err(token) => vec![Err(token.id())],
        });
        to_first_err(all)
    },
    terminal: Result::is_err,
}

laws! {
    try_flatten_that_fails: |s| {
        s.map(|token| Ok::<_, u32>(flow(stream::iter(pair(&token))))).try_flatten()
    },
    model: |v| to_first_err(v.iter().flat_map(pair)),
    terminal: Result::is_err,
}

laws! {
    try_flatten_of_nothing: |s| {
        s.map(|_| Ok(flow(stream::empty::<Result<(), ()>>()))).try_flatten()
    },
    model: |_v| Vec::new(),
}

laws! {
    try_flatten_of_work: |s| {
        let work = |token| flow(stream::iter([token])).map_async(1, Token::work);
        s.map(move |token| Ok::<_, ()>(work(token).map(Ok))).try_flatten()
    },
    model: |v| v.into_iter().map(Ok).collect(),
    look_ahead: 1,
    in_flight: 1,
}

laws! {
    try_flatten_behind_work: |s| s.map_async(2, Token::work).map(pairs).try_flatten(),
    model: |v| {
        let all = v.into_iter().flat_map(|token| match checked(token) {
            Ok(token) => pair(&token).to_vec(),
            Err(token) => vec![Err(token.id())],
        });
        to_first_err(all)
    },
    look_ahead: 2,
    in_flight: 2,
    terminal: Result::is_err,
}

#[tokio::test]
async fn an_err_of_a_stream_drops_it_and_the_input() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let endless = stream::iter([Ok(1), Err("no")])
        .chain(stream::pending())
        .inspect(move |_| drop(Arc::clone(&held)));
    let streams = stream::iter([Ok(flow(endless))]).chain(stream::pending());
    let mut results = flow(streams).try_flatten();

    assert_eq!(results.next().await, Some(Ok(1)));
    assert_eq!(Arc::strong_count(&resource), 2);
    assert_eq!(results.next().await, Some(Err("no")));
    assert_eq!(Arc::strong_count(&resource), 1);
    assert_eq!(results.next().now_or_never(), Some(None));
}
