use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

use super::slowly;

laws! {
    latest: |s| s.latest(),
    relation: |v, out| out.is_sorted_by_key(Token::id) && v.last() == out.last(),
    look_ahead: 1,
    dropped: |op| op.store().dropped(),
}

#[tokio::test(start_paused = true)]
async fn while_the_output_asks_each_item_passes() {
    assert_eq!(flow(1..=4).latest().collect::<Vec<_>>().await, [1, 2, 3, 4]);
}

#[tokio::test(start_paused = true)]
async fn the_newest_item_is_kept_for_a_slow_consumer() {
    assert_eq!(slowly(flow(1..=4).latest()).await, [1, 4]);
}
