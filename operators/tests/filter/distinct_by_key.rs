use std::collections::VecDeque;

use futures::stream;
use millpond_operators::filter::DistinctByKey;
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

/// What passes, of keys that are noted one after the other.
fn passes(recent: &mut VecDeque<u32>, max_keys: usize, key: u32) -> bool {
    let is_new = !recent.contains(&key);
    recent.retain(|other| *other != key);
    recent.push_back(key);
    if recent.len() > max_keys {
        recent.pop_front();
    }
    is_new
}

fn key(token: &Token) -> u32 {
    token.value() * 7 % 5
}

laws! {
    distinct_by_key: |s| s.distinct_by_key(3, Token::key),
    model: |v| {
        let mut recent = VecDeque::new();
        let passes = |token: &Token| passes(&mut recent, 3, token.key());
        v.into_iter().filter(passes).collect()
    },
    state: (3, DistinctByKey::keys),
}

laws! {
    distinct_by_a_key_that_panics: |s| s.distinct_by_key(2, key),
    model: |v| {
        let mut recent = VecDeque::new();
        let passes = |token: &Token| passes(&mut recent, 2, key(token));
        v.into_iter().filter(passes).collect()
    },
    state: (2, DistinctByKey::keys),
}

laws! {
    distinct_by_one_key: |s| s.distinct_by_key(1, |_| ()),
    model: |v| v.into_iter().take(1).collect(),
}

#[tokio::test]
async fn an_item_that_is_left_out_makes_its_key_the_latest() {
    let items: Vec<_> = flow(stream::iter([1, 2, 1, 3, 1, 2]))
        .distinct(2)
        .collect()
        .await;

    assert_eq!(items, [1, 2, 3, 2]);
}

#[tokio::test]
async fn it_tells_how_many_keys_are_held() {
    let mut items = flow(stream::iter([1, 1, 2, 3, 4])).distinct_by_key(3, |n| *n);

    assert_eq!(items.get_ref().keys(), 0);
    assert_eq!(items.next().await, Some(1));
    assert_eq!(items.get_ref().keys(), 1);
    while items.next().await.is_some() {}
    assert_eq!(items.get_ref().keys(), 3);
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_panics() {
    drop(flow(stream::empty::<u8>()).distinct_by_key(0, |n| *n));
}
