use std::collections::HashMap;

use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

use super::slowly;

laws! {
    latest_by_key: |s| s.latest_by_key(3, Token::key),
    relation: |v, out| newest(&v) == newest(out),
    look_ahead: 3,
    dropped: |op| op.store().dropped(),
}

/// The last item of each key.
fn newest(items: &[Token]) -> HashMap<u32, u32> {
    items.iter().map(|item| (item.key(), item.id())).collect()
}

#[tokio::test(start_paused = true)]
async fn keys_come_out_in_the_order_in_which_they_came_to_be_kept() {
    let items = flow([(0, 'a'), (1, 'b'), (2, 'c'), (1, 'd'), (0, 'e')]);

    let seen = slowly(items.latest_by_key(9, |(key, _)| *key)).await;
    assert_eq!(seen, [(0, 'a'), (1, 'd'), (2, 'c'), (0, 'e')]);
}

#[tokio::test(start_paused = true)]
async fn at_the_most_keys_the_input_waits() {
    let items = flow([(0, 'a'), (1, 'b'), (2, 'c'), (1, 'd')]);

    let seen = slowly(items.latest_by_key(2, |(key, _)| *key)).await;
    assert_eq!(seen, [(0, 'a'), (1, 'b'), (2, 'c'), (1, 'd')]);
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_keys_panic() {
    drop(flow([1]).latest_by_key(0, |n| *n));
}
