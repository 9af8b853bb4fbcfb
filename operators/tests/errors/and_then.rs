use std::future::ready;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use futures::FutureExt;
use futures::stream;
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};
use tokio::time::{Instant, sleep};

use super::checked;

async fn work(token: Token) -> Result<Token, Token> {
    let token = token.work().await;
    if token.value() % 5 == 3 {
        Err(token)
    } else {
        Ok(token)
    }
}

laws! {
    and_then: |s| s.map(checked).and_then(work),
    model: |v| {
        let also = |token: Token| if token.value() % 5 == 3 { Err(token) } else { Ok(token) };
        v.into_iter().map(|token| checked(token).and_then(also)).collect()
    },
    look_ahead: 1,
    in_flight: 1,
}

laws! {
    and_then_behind_and_then: |s| s.map(Ok::<Token, Token>).and_then(work).and_then(work),
    model: |v| {
        let also = |token: Token| if token.value() % 5 == 3 { Err(token) } else { Ok(token) };
        v.into_iter().map(also).collect()
    },
    look_ahead: 2,
    in_flight: 2,
}

laws! {
    and_then_behind_map_async: |s| s.map_async(3, Token::work).map(Ok::<Token, Token>).and_then(work),
    model: |v| {
        let also = |token: Token| if token.value() % 5 == 3 { Err(token) } else { Ok(token) };
        v.into_iter().map(also).collect()
    },
    look_ahead: 4,
    in_flight: 4,
}

#[tokio::test(start_paused = true)]
async fn the_futures_run_one_at_a_time() {
    let start = Instant::now();
    let results: Vec<Result<u8, ()>> = flow(stream::iter([Ok(1), Ok(2), Ok(3)]))
        .and_then(async |n| {
            sleep(Duration::from_millis(10)).await;
            Ok(n)
        })
        .collect()
        .await;

    assert_eq!(results, [Ok(1), Ok(2), Ok(3)]);
    assert_eq!(start.elapsed(), Duration::from_millis(30));
}

#[test]
fn it_goes_on_with_the_next_item_after_a_panic() {
    let mut results = flow(stream::iter([Ok::<u8, ()>(1), Ok(2), Ok(3)]))
        .and_then(async |n| {
            assert!(n != 1, "to be passed on");
            Ok(n)
        })
        .boxed();
    let poll = AssertUnwindSafe(|| results.next().now_or_never());

    assert!(catch_unwind(poll).is_err());
    assert_eq!(results.next().now_or_never(), Some(Some(Ok(2))));
    assert_eq!(results.next().now_or_never(), Some(Some(Ok(3))));
    assert_eq!(results.next().now_or_never(), Some(None));
}

#[test]
fn it_goes_on_after_a_panic_of_the_closure() {
    let mut results = flow(stream::iter([Ok::<u8, ()>(1), Ok(2)])).and_then(|n| {
        assert!(n != 1, "to be passed on");
        ready(Ok(n))
    });
    let poll = AssertUnwindSafe(|| results.next().now_or_never());

    assert!(catch_unwind(poll).is_err());
    assert_eq!(results.next().now_or_never(), Some(Some(Ok(2))));
}
