use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::{Context, Waker};

use futures::FutureExt;
use millpond_operators::testing::Token;
use millpond_operators::{Progress, flow, laws};

use super::slowly;

laws! {
    conflate_with_seed: |s| s.conflate_with_seed(|token| vec![token], |mut all, token| {
        all.push(token);
        all
    }),
    relation: |v, out| {
        let out = out.iter().flatten();
        out.map(Token::id).eq(v.iter().map(Token::id))
    },
    look_ahead: 24,
}

#[tokio::test(start_paused = true)]
async fn each_summary_begins_with_a_seed() {
    let counts = flow("abc".chars()).conflate_with_seed(|_| 1, |count, _| count + 1);

    assert_eq!(slowly(counts).await, [1, 2]);
}

#[test]
fn a_panic_of_f_passes_through_and_what_was_kept_is_gone_with_the_item() {
    let mut items = flow(1..=3).conflate_with_seed(|n| n, |_, _| resume_unwind(Box::new("no")));
    let mut cx = Context::from_waker(Waker::noop());
    let polled = catch_unwind(AssertUnwindSafe(|| {
        Pin::new(&mut items).poll_progress(&mut cx)
    }));

    assert!(polled.is_err());
    assert_eq!(items.next().now_or_never(), Some(Some(3)));
    assert_eq!(items.next().now_or_never(), Some(None));
}

#[test]
fn a_panic_of_seed_passes_through_and_the_item_is_gone() {
    let seed = |n| {
        if n == 1 {
            resume_unwind(Box::new("no"))
        } else {
            n
        }
    };
    let mut items = flow(1..=2).conflate_with_seed(seed, |sum, n| sum + n);
    let polled = catch_unwind(AssertUnwindSafe(|| items.next().now_or_never()));

    assert!(polled.is_err());
    assert_eq!(items.next().now_or_never(), Some(Some(2)));
}
