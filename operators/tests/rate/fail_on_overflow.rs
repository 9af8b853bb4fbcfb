use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Waker};

use millpond_operators::rate::Overflowed;
use millpond_operators::testing::Token;
use millpond_operators::{Progress, flow, laws};

use super::slowly;

laws! {
    fail_on_overflow: |s| s.fail_on_overflow(2),
    relation: |v, out| {
        let items: Vec<_> = out.iter().flatten().map(Token::id).collect();
        let all = v.iter().map(Token::id);
        let failed = out.last().is_some_and(Result::is_err);
        all.take(items.len()).eq(items.iter().copied()) && (failed || items.len() == v.len())
    },
    look_ahead: 2,
    terminal: Result::is_err,
}

#[tokio::test(start_paused = true)]
async fn what_was_kept_comes_before_the_error() {
    let items = slowly(flow(1..=4).fail_on_overflow(2)).await;
    assert_eq!(items[..3], [Ok(1), Ok(2), Ok(3)]);

    let error = items.last().and_then(|item| item.err());
    assert_eq!(error.map(|error: Overflowed| error.capacity()), Some(2));
    assert_eq!(
        error.map(|error| error.to_string()).as_deref(),
        Some("the consumer is too slow: an item came while all 2 places were taken")
    );
}

#[tokio::test(start_paused = true)]
async fn as_many_as_there_are_places_do_not_fail() {
    assert_eq!(
        slowly(flow(1..=3).fail_on_overflow(2)).await,
        [Ok(1), Ok(2), Ok(3)]
    );
}

#[test]
fn the_input_is_dropped_with_the_item_that_found_no_place() {
    let resource = Rc::new(());
    let held = Rc::clone(&resource);
    let mut items = flow(1..)
        .inspect(move |_| drop(Rc::clone(&held)))
        .fail_on_overflow(1);
    let mut cx = Context::from_waker(Waker::noop());
    assert!(Pin::new(&mut items).poll_progress(&mut cx).is_ready());

    assert_eq!(Rc::strong_count(&resource), 1);
}

#[test]
#[should_panic(expected = "give at least 1")]
fn a_capacity_of_zero_panics() {
    drop(flow([1]).fail_on_overflow(0));
}
