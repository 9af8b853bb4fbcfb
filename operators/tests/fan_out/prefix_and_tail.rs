use futures::FutureExt;
use millpond_operators::testing::outcome;
use millpond_operators::{flow, laws};

laws! {
    prefix_and_tail: |s| outcome(async move {
        let (prefix, tail) = s.prefix_and_tail(3).await;
        (prefix, tail.collect::<Vec<_>>().await)
    }),
    model: |v| {
        let mut prefix = v;
        let tail = prefix.split_off(prefix.len().min(3));
        vec![(prefix, tail)]
    },
    look_ahead: usize::MAX,
}

#[tokio::test]
async fn it_does_not_look_at_what_follows() {
    let waits = flow(0..2).merge(flow(futures::stream::pending()));
    let parts = waits.prefix_and_tail(2).now_or_never();

    assert_eq!(parts.map(|(prefix, _)| prefix), Some(vec![0, 1]));
}

#[tokio::test]
async fn an_input_that_ends_sooner_gives_an_empty_flow() {
    let (prefix, mut tail) = flow(0..2).prefix_and_tail(5).await;

    assert_eq!(prefix, [0, 1]);
    assert_eq!(tail.next().await, None);
}

#[tokio::test]
async fn with_zero_the_input_is_not_polled() {
    let input = flow(futures::stream::repeat(())).inspect(|()| unreachable!("it was polled"));
    let (prefix, tail) = input.prefix_and_tail(0).await;

    assert_eq!(prefix, [(); 0]);
    drop(tail);
}

#[tokio::test]
async fn a_long_prefix_gives_the_thread_back_in_between() {
    let mut parts = flow(0..1000).prefix_and_tail(200);

    assert!((&mut parts).now_or_never().is_none());
    assert_eq!(parts.await.0, (0..200).collect::<Vec<_>>());
}

#[tokio::test]
#[should_panic(expected = "after its end")]
async fn it_panics_when_it_is_polled_after_it_was_done() {
    let mut parts = flow(0..2).prefix_and_tail(1);
    drop((&mut parts).await);
    drop(parts.await);
}
