use futures::stream;
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

fn is_early(token: &Token) -> bool {
    token.value() < 5
}

laws! {
    skip_while: |s| s.skip_while(is_early),
    model: |v| v.into_iter().skip_while(is_early).collect(),
    panics_change_the_rest,
}

laws! {
    skip_while_to_the_end: |s| s.skip_while(|_| true),
    model: |_v| Vec::new(),
}

#[tokio::test]
async fn the_closure_is_not_called_after_its_first_false() {
    let mut calls = 0;
    let skip = |n: &i32| {
        calls += 1;
        *n < 2
    };
    let items: Vec<_> = flow(stream::iter([1, 2, 1, 2]))
        .skip_while(skip)
        .collect()
        .await;

    assert_eq!(items, [2, 1, 2]);
    assert_eq!(calls, 2);
}
