use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::{Context, Waker};

use futures::FutureExt;
use millpond_operators::testing::Token;
use millpond_operators::{Progress, flow, laws};

use super::slowly;

laws! {
    conflate: |s| s.map(|token| u64::from(token.value())).conflate(|sum, n| sum + n),
    relation: |v, out| {
        let sum: u64 = v.iter().map(|token| u64::from(token.id())).sum();
        out.iter().sum::<u64>() == sum
    },
}

laws! {
    conflate_tokens: |s| s.conflate(|_older, newer: Token| newer),
    relation: |v, out| out.is_sorted_by_key(Token::id) && v.last() == out.last(),
    look_ahead: 1,
}

#[tokio::test(start_paused = true)]
async fn while_the_output_asks_each_item_passes_as_it_is() {
    let items = flow(1..=3).conflate(|sum, n| sum + n);

    assert_eq!(items.collect::<Vec<_>>().await, [1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn items_are_folded_in_order() {
    let letters = flow(["a", "b", "c"]).map(str::to_owned);

    assert_eq!(
        slowly(letters.conflate(|all, one| all + &one)).await,
        ["a", "bc"]
    );
}

#[test]
fn a_panic_of_f_passes_through_and_what_was_kept_is_gone_with_the_item() {
    let mut items = flow(1..=3).conflate(|_, _| resume_unwind(Box::new("no")));
    let mut cx = Context::from_waker(Waker::noop());
    let polled = catch_unwind(AssertUnwindSafe(|| {
        Pin::new(&mut items).poll_progress(&mut cx)
    }));

    assert!(polled.is_err());
    assert_eq!(items.next().now_or_never(), Some(Some(3)));
    assert_eq!(items.next().now_or_never(), Some(None));
}
