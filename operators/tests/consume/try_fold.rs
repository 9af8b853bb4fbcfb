use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};

use futures::stream::{self, StreamExt};
use millpond_operators::testing::{Token, outcome};
use millpond_operators::{flow, laws};

fn push(mut ids: Vec<u32>, token: Token) -> Result<Vec<u32>, Token> {
    if token.value() == 9 {
        return Err(token);
    }
    ids.push(token.id());
    Ok(ids)
}

fn checked(token: Token) -> Result<Token, Token> {
    let _id = token.value();
    token.checked()
}

laws! {
    try_fold: |s| outcome(s.map(checked).try_fold(Vec::new(), push)),
    model: |v| {
        let mut results = v.into_iter().map(checked);
        vec![results.try_fold(Vec::new(), |ids, result| push(ids, result?))]
    },
    // The error.
    look_ahead: 1,
}

laws! {
    try_fold_that_fails: |s| outcome(s.map(Ok).try_fold(Vec::new(), push)),
    model: |v| vec![v.into_iter().try_fold(Vec::new(), push)],
    // The error.
    look_ahead: 1,
}

#[tokio::test]
async fn the_first_err_drops_the_input_and_the_state() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let endless = stream::iter([Err("no")])
        .chain(stream::pending())
        .inspect(move |_| drop(Arc::clone(&held)));
    let state = Arc::clone(&resource);
    let mut folded = pin!(flow(endless).try_fold(state, |state, ()| Ok(state)));

    assert_eq!(folded.as_mut().await, Err("no"));
    assert_eq!(Arc::strong_count(&resource), 1);
}

#[test]
#[should_panic(expected = "polled after its end")]
fn it_panics_when_polled_after_its_end() {
    let mut cx = Context::from_waker(Waker::noop());
    let mut sum = pin!(flow(stream::iter([Err::<u8, _>("no")])).try_fold(0, |a, b| Ok(a + b)));

    assert!(sum.as_mut().poll(&mut cx).is_ready());
    assert!(sum.poll(&mut cx).is_pending());
}
