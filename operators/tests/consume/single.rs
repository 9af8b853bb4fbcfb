use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};

use futures::stream::{self, StreamExt};
use millpond_operators::consume::NotSingle;
use millpond_operators::testing::outcome;
use millpond_operators::{flow, laws};

laws! {
    single: |s| outcome(s.single()),
    model: |v| vec![only(v)],
    look_ahead: 1,
}

laws! {
    single_of_the_first: |s| outcome(s.take(1).single()),
    model: |v| vec![only(v.into_iter().take(1).collect())],
    look_ahead: 1,
}

fn only<T>(items: Vec<T>) -> Result<T, NotSingle> {
    let mut items = items.into_iter();
    match (items.next(), items.next()) {
        (None, _) => Err(NotSingle::Empty),
        (Some(item), None) => Ok(item),
        (Some(_), Some(_)) => Err(NotSingle::More),
    }
}

#[tokio::test]
async fn a_second_item_drops_the_input_and_the_items() {
    let resource = Arc::new(());
    let two = [Arc::clone(&resource), Arc::clone(&resource)];
    let two_then_silence = stream::iter(two).chain(stream::pending());
    let mut single = Box::pin(flow(two_then_silence).single());

    assert_eq!(single.as_mut().await, Err(NotSingle::More));
    assert_eq!(Arc::strong_count(&resource), 1);
}

#[test]
fn the_errors_say_what_was_found() {
    assert_eq!(NotSingle::Empty.to_string(), "the stream has no item");
    assert_eq!(
        NotSingle::More.to_string(),
        "the stream has more than one item"
    );
}

#[test]
#[should_panic(expected = "polled after its end")]
fn it_panics_when_polled_after_its_end() {
    let mut cx = Context::from_waker(Waker::noop());
    let mut single = pin!(flow(stream::empty::<u8>()).single());

    assert!(single.as_mut().poll(&mut cx).is_ready());
    assert!(single.poll(&mut cx).is_pending());
}
