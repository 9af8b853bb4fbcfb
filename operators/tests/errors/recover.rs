use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

use super::{checked, to_first_err};

laws! {
    recover: |s| s.map(checked).map_ok(Some).recover(|_| None),
    model: |v| to_first_err(v.into_iter().map(checked)).into_iter().map(Result::ok).collect(),
}

laws! {
    recover_of_nothing: |s| s.map(Ok::<Token, Token>).recover(|token| token),
    model: |v| v,
}

#[tokio::test]
async fn the_input_is_dropped_before_f_is_called() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let endless = stream::iter([Err::<usize, _>(())])
        .chain(stream::pending())
        .inspect(move |_| drop(Arc::clone(&held)));
    let mut counts = flow(endless).recover(|()| Arc::strong_count(&resource));

    assert_eq!(counts.next().await, Some(1));
    assert_eq!(counts.next().now_or_never(), Some(None));
}

#[test]
fn a_panic_of_f_ends_the_output() {
    let mut values =
        flow(stream::iter([Err::<u8, _>(()), Ok(1)])).recover(|()| unreachable!("to be passed on"));
    let poll = AssertUnwindSafe(|| values.next().now_or_never());

    assert!(catch_unwind(poll).is_err());
    assert_eq!(values.next().now_or_never(), Some(None));
}
