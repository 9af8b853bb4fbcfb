use std::time::Duration;

use futures::FutureExt;
use millpond_operators::{laws, source};
use tokio::time::{Instant, sleep, timeout};

const WAIT: Duration = Duration::from_millis(5);

laws! {
    timer: |s| {
        drop(s);
        source::timer(WAIT).map(drop)
    },
    model: |_v| vec![()],
}

laws! {
    timer_on_time: |s| {
        drop(s);
        source::timer(WAIT).map(drop)
    },
    timed: |_arrivals, _end| vec![(WAIT, ())],
}

#[tokio::test(start_paused = true)]
async fn the_wait_begins_at_the_first_poll() {
    let mut item = source::timer(WAIT);

    sleep(2 * WAIT).await;
    let start = Instant::now();
    assert_eq!(item.next().await, Some(start + WAIT));
    assert_eq!(start.elapsed(), WAIT);
    assert_eq!(item.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn after_zero_the_item_comes_at_the_first_poll() {
    let mut item = source::timer(Duration::ZERO);

    assert_eq!(item.next().now_or_never(), Some(Some(Instant::now())));
}

#[tokio::test(start_paused = true)]
async fn after_a_wait_past_the_end_of_the_clock_it_never_comes() {
    let mut item = source::timer(Duration::MAX);
    let waited = timeout(Duration::from_hours(24), item.next()).await;

    assert!(waited.is_err());
}
