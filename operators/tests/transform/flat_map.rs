use futures::stream;
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

laws! {
    flat_map: |s| s.flat_map(|token| {
        let id = token.value();
        flow(stream::iter([token])).then(Token::work).start_with([]).map(move |token| (id, token))
    }),
    model: |v| v.into_iter().map(|token| (token.value(), token)).collect(),
    look_ahead: 1,
    in_flight: 1,
}

laws! {
    flat_map_with_flat_map_inside: |s| s.flat_map(|token| {
        flow(stream::iter([token])).flat_map(|token| {
            flow(stream::iter([token])).then(Token::work)
        })
    }),
    model: |v| v,
    look_ahead: 1,
    in_flight: 1,
}

#[tokio::test]
async fn it_is_map_followed_by_flatten() {
    let count_to = |n| flow(stream::iter(0..n));
    let one: Vec<_> = flow(stream::iter([2, 0, 3]))
        .flat_map(count_to)
        .collect()
        .await;
    let other: Vec<_> = flow(stream::iter([2, 0, 3]))
        .map(count_to)
        .flatten()
        .collect()
        .await;

    assert_eq!(one, other);
    assert_eq!(one, [0, 1, 0, 1, 2]);
}
