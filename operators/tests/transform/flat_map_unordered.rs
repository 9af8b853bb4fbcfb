use futures::stream;
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

laws! {
    flat_map_unordered: |s| s.flat_map_unordered(3, |token| {
        let id = token.value();
        flow(stream::iter([token])).then(Token::work).map(move |token| (id, token))
    }),
    model: |v| v.into_iter().map(|token| (token.value(), token)).collect(),
    look_ahead: 3,
    in_flight: 3,
    unordered,
}

laws! {
    flat_map_unordered_of_concurrent_streams: |s| s.flat_map_unordered(2, |token| {
        flow(stream::iter([token])).map_async(2, Token::work)
    }),
    model: |v| v,
    look_ahead: 2,
    in_flight: 2,
    unordered,
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_panics() {
    drop(flow(stream::empty::<()>()).flat_map_unordered(0, |()| flow(stream::empty::<()>())));
}
