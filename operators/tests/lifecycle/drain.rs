use std::future::pending;
use std::task::Poll;
use std::time::Duration;

use futures::FutureExt;
use futures::stream::{self, FusedStream, StreamExt};
use millpond_operators::lifecycle::{KillSwitch, Lost};
use millpond_operators::testing::Token;
use millpond_operators::{Flow, Progress, flow, laws};
use tokio::time::{Instant, sleep};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

laws! {
    drain: |s| s.map_async(3, Token::work).drain(&KillSwitch::new(), ms(5)),
    model: |v| v.into_iter().map(Ok).collect(),
    look_ahead: 3,
    in_flight: 3,
    terminal: Result::is_err,
}

laws! {
    drain_after_a_stop: |s| {
        let switch = KillSwitch::new();
        let thrower = switch.clone();
        s.get_ref().on_stop(move || {
            thrower.shutdown();
        });
        s.stop_with(&switch).map_async(3, Token::work).drain(&switch, Duration::MAX)
    },
    model: |v| v.into_iter().map(Ok).collect(),
    look_ahead: 3,
    in_flight: 3,
    stops,
}

laws! {
    drain_with_time_enough: |s| stopped_at_the_third(s, Duration::MAX),
    model: |v| v.into_iter().take(3).map(Ok).collect(),
    look_ahead: 3,
    in_flight: 3,
    terminal: Result::is_err,
}

laws! {
    drain_counts_what_is_lost: |s| stopped_at_the_third(s, ms(5)),
    relation: |v, out| {
        let emitted: Vec<_> = out.iter().flatten().collect();
        let lost = out.last().and_then(|last| last.as_ref().err());
        let lost = lost.map_or((0, Some(0)), |lost| (lost.at_least(), lost.at_most()));
        let missing = v.len().min(3) - emitted.len();
        lost == (missing, Some(missing)) && v.iter().take(emitted.len()).eq(emitted)
    },
    look_ahead: 3,
    in_flight: 3,
    terminal: Result::is_err,
}

/// Throws the switch when the third token goes in.
fn stopped_at_the_third<S>(
    tokens: Flow<S>,
    max_wait: Duration,
) -> Flow<impl FusedStream + Progress<Item = Result<Token, Lost>>>
where
    S: Progress<Item = Token>,
{
    let switch = KillSwitch::new();
    let thrower = switch.clone();
    let throw = move |token: &Token| {
        if token.id() == 2 {
            thrower.shutdown();
        }
    };
    let section = tokens.inspect(throw).stop_with(&switch);
    section.map_async(3, Token::work).drain(&switch, max_wait)
}

#[tokio::test(start_paused = true)]
async fn the_wait_is_counted_from_the_throw() {
    let switch = KillSwitch::new();
    let throw = async {
        sleep(ms(40)).await;
        switch.shutdown();
    };
    let start = Instant::now();
    let mut items = flow(stream::iter([1]))
        .map_async(1, |_| pending::<()>())
        .drain(&switch, ms(25));

    let (last, ()) = tokio::join!(items.next(), throw);
    let lost = last.unwrap().unwrap_err();
    assert_eq!((lost.at_least(), lost.at_most()), (1, Some(1)));
    assert_eq!(start.elapsed(), ms(65));
    assert_eq!(items.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn an_abort_gives_up_at_once() {
    let switch = KillSwitch::default();
    let start = Instant::now();
    let mut items = flow(stream::iter([1, 2, 3]))
        .map_async(2, |_| pending::<()>())
        .drain(&switch, ms(25));

    assert_eq!(items.next().now_or_never(), None);
    assert_eq!(switch.abort("no fuel"), Ok(()));
    let lost = items.next().await.unwrap().unwrap_err();
    assert_eq!(lost.to_string(), "3 items were lost on their way");
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn zero_gives_up_at_once() {
    let switch = KillSwitch::new();
    switch.shutdown();
    let start = Instant::now();
    let silent = stream::poll_fn(|_| Poll::<Option<u8>>::Pending);
    let mut items = flow(silent).drain(&switch, Duration::ZERO);

    let lost = items.next().await.unwrap().unwrap_err();
    assert_eq!(lost.to_string(), "0 or more items were lost on their way");
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn nothing_on_its_way_is_no_error() {
    let switch = KillSwitch::new();
    let mut items = flow(stream::iter([1, 2]).chain(stream::pending()))
        .stop_with(&switch)
        .map_async(2, async |n| n)
        .drain(&switch, ms(25));

    assert_eq!(items.next().await, Some(Ok(1)));
    assert_eq!(items.next().await, Some(Ok(2)));
    switch.shutdown();
    assert_eq!(items.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn without_a_throw_there_is_no_deadline() {
    let switch = KillSwitch::new();
    let items = flow(stream::iter([1_000, 2_000]))
        .map_async(1, async |millis| sleep(ms(millis)).await)
        .drain(&switch, ms(1));

    assert_eq!(items.collect::<Vec<_>>().await, [Ok(()), Ok(())]);
}
