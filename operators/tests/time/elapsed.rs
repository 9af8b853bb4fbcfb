use std::time::Duration;

use millpond_operators::laws;
use tokio::time::sleep;

use super::{ms, scheduled};

laws! {
    elapsed: |s| s.elapsed().map(|(_, token)| token),
    model: |v| v,
}

laws! {
    elapsed_on_time: |s| s.elapsed().map(|(since, _)| since),
    timed: |arrivals, _end| {
        let mut before = Duration::ZERO;
        let gaps = arrivals.into_iter().map(|(at, _)| {
            let since = at.saturating_sub(before);
            before = at;
            (at, since)
        });
        gaps.collect()
    },
}

#[tokio::test(start_paused = true)]
async fn the_first_counts_from_the_first_poll() {
    let items = scheduled([(3, 'a'), (8, 'b')], 9).elapsed();

    sleep(ms(2)).await;
    let items: Vec<_> = items.collect().await;
    assert_eq!(items, [(ms(1), 'a'), (ms(5), 'b')]);
}
