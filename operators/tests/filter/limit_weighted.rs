use std::cell::Cell;
use std::sync::Arc;

use futures::stream::{self, FusedStream, StreamExt};
use millpond_operators::filter::LimitExceeded;
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

const MAX: usize = 10;

fn max<T>(item: Result<T, LimitExceeded>) -> Result<T, usize> {
    item.map_err(|error| error.max())
}

fn limited(tokens: Vec<Token>) -> Vec<Result<Token, usize>> {
    let mut weight = 0;
    let mut items = Vec::new();
    for token in tokens {
        weight += token.cost();
        if weight > MAX {
            items.push(Err(MAX));
            break;
        }
        items.push(Ok(token));
    }
    items
}

laws! {
    limit_weighted: |s| s.limit_weighted(MAX, Token::cost).map(max),
    model: |v| limited(v),
    terminal: Result::is_err,
}

laws! {
    limit_weighted_by_a_closure_that_panics: |s| s.limit_weighted(5, |token: &Token| token.value() as usize).map(max),
    model: |v| {
        let mut weight = 0;
        let mut ended = false;
        v.into_iter()
            .map_while(|token| {
                weight += token.value();
                let goes_on = !ended;
                ended = weight > 5;
                goes_on.then(|| if ended { Err(5) } else { Ok(token) })
            })
            .collect()
    },
    terminal: Result::is_err,
}

#[tokio::test]
async fn the_cost_is_asked_for_once_for_each_item() {
    let asked = Cell::new(0);
    let cost = |n: &usize| {
        asked.set(asked.get() + 1);
        *n
    };
    let items: Vec<_> = flow(stream::iter([1, 2, 3, 4]))
        .limit_weighted(6, cost)
        .collect()
        .await;

    assert_eq!(items.len(), 4);
    assert_eq!(asked.get(), 4);
}

#[tokio::test]
async fn items_that_cost_nothing_are_always_let_through() {
    let items = flow(stream::iter([0, 0, 5, 0, 0])).limit_weighted(5, |n| *n);

    assert_eq!(
        items.filter(Result::is_ok).collect::<Vec<_>>().await.len(),
        5
    );
}

#[tokio::test]
async fn a_sum_past_the_largest_number_is_past_the_limit() {
    let mut items = flow(stream::iter([1, usize::MAX])).limit_weighted(usize::MAX, |n| *n);

    assert_eq!(items.next().await, Some(Ok(1)));
    assert_eq!(items.next().await.map(max), Some(Err(usize::MAX)));
}

#[tokio::test]
async fn the_input_is_dropped_before_the_error_is_handed_out() {
    let resource = Arc::new(());
    let mut items = flow(stream::repeat(Arc::clone(&resource))).limit_weighted(1, |_| 1);

    assert!(items.next().await.is_some_and(|item| item.is_ok()));
    assert_eq!(Arc::strong_count(&resource), 2);
    assert!(items.next().await.is_some_and(|item| item.is_err()));
    assert_eq!(Arc::strong_count(&resource), 1);
    assert!(items.is_terminated());
    assert_eq!(items.next().await, None);
}

#[tokio::test]
async fn a_result_from_the_input_is_an_item_like_any_other() {
    let results = stream::iter([Err("no"), Ok(1)]).chain(stream::iter([Ok(2)]));
    let items: Vec<_> = flow(results)
        .limit_weighted(2, |_| 1)
        .map(max)
        .collect()
        .await;

    assert_eq!(items, [Ok(Err("no")), Ok(Ok(1)), Err(2)]);
}
