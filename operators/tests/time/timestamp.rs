use millpond_operators::laws;
use tokio::time::Instant;

use super::{ms, scheduled};

laws! {
    timestamp: |s| s.timestamp().map(|(_, token)| token),
    model: |v| v,
}

#[tokio::test(start_paused = true)]
async fn the_instant_is_that_at_which_the_item_was_taken() {
    let start = Instant::now();
    let items: Vec<_> = scheduled([(3, 'a'), (8, 'b')], 9)
        .timestamp()
        .collect()
        .await;

    assert_eq!(items, [(start + ms(3), 'a'), (start + ms(8), 'b')]);
}
