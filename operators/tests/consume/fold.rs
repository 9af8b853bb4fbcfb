use std::future::ready;
use std::pin::pin;
use std::task::{Context, Waker};

use futures::stream;
use millpond_operators::testing::{Token, outcome};
use millpond_operators::{flow, laws};

fn push(mut ids: Vec<u32>, token: Token) -> Vec<u32> {
    ids.push(token.value());
    drop(token);
    ids
}

laws! {
    fold: |s| outcome(s.fold(Vec::new(), push)),
    model: |v| vec![v.into_iter().fold(Vec::new(), push)],
}

#[test]
#[should_panic(expected = "polled after its end")]
fn it_panics_when_polled_after_its_end() {
    let mut cx = Context::from_waker(Waker::noop());
    let mut sum = pin!(flow(stream::once(ready(1))).fold(0, |a, b| a + b));

    assert!(sum.as_mut().poll(&mut cx).is_ready());
    assert!(sum.poll(&mut cx).is_pending());
}
