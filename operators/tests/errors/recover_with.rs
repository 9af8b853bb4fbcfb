use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::{Flow, Foreign, flow, laws};

use super::{Shared, checked, to_first_err};

type Others = Flow<Foreign<stream::Iter<std::vec::IntoIter<Result<u32, u32>>>>>;

/// Three values and an error, made of the error's id.
fn others(id: u32) -> Others {
    flow(stream::iter(vec![
        Ok(id + 1),
        Ok(id + 2),
        Ok(id + 3),
        Err(id + 4),
    ]))
}

fn checked_id(token: Token) -> Result<u32, u32> {
    checked(token)
        .map(|token| token.id())
        .map_err(|token| token.id())
}

laws! {
    recover_with: |s| s.map(checked_id).recover_with(2, others),
    model: |v| {
        let mut results = to_first_err(v.into_iter().map(checked_id));
        if let Some(&Err(id)) = results.last() {
            results.pop();
            results.extend([1, 2, 3, 5, 6, 7].map(|n| Ok(id + n)));
            results.push(Err(id + 8));
        }
        results
    },
    terminal: Result::is_err,
}

laws! {
    recover_with_what_goes_on: |s| {
        let shared = Shared::new(s);
        let again = shared.clone();
        let checked_again = move |_| Flow::native(again.clone()).map(checked);
        Flow::native(shared).map(checked).recover_with(1000, checked_again)
    },
    model: |v| v.into_iter().filter_map(|token| checked(token).ok()).map(Ok).collect(),
    terminal: Result::is_err,
}

laws! {
    recover_with_what_fails_at_once: |s| {
        s.map(|token| Err::<u32, u32>(token.value()))
            .recover_with(300, |id| flow(stream::iter(vec![Err(id)])))
    },
    model: |v| v.iter().take(1).map(|token| Err(token.value())).collect(),
    terminal: Result::is_err,
}

#[tokio::test]
async fn a_stream_that_has_failed_is_dropped_before_f_is_called() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let endless = stream::iter([Err::<usize, _>(())])
        .chain(stream::pending())
        .inspect(move |_| drop(Arc::clone(&held)));
    let count = |()| flow(stream::iter([Ok(Arc::strong_count(&resource))]));
    let mut counts = flow(endless).recover_with(1, count);

    assert_eq!(counts.next().await, Some(Ok(1)));
    assert_eq!(counts.next().now_or_never(), Some(None));
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_panics() {
    drop(flow(stream::empty()).recover_with(0, others));
}

#[test]
fn a_panic_of_f_passes_through_and_the_output_has_ended() {
    let input = flow(stream::iter([Ok(1), Err(0), Ok(2)]));
    let mut results = input.recover_with(2, |error| -> Others { resume_unwind(Box::new(error)) });
    assert_eq!(results.next().now_or_never(), Some(Some(Ok(1))));
    let polled = catch_unwind(AssertUnwindSafe(|| results.next().now_or_never()));

    assert!(polled.is_err());
    assert_eq!(results.next().now_or_never(), Some(None));
}
