use std::collections::HashSet;

use futures::stream;
use millpond_operators::filter::Distinct;
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

fn third(token: Token) -> u32 {
    let third = token.value() / 3;
    drop(token);
    third * third % 7
}

laws! {
    distinct: |s| s.map(third).distinct(1_000),
    model: |v| {
        let mut seen = HashSet::new();
        v.into_iter().map(third).filter(|n| seen.insert(*n)).collect()
    },
    state: (7, Distinct::items),
}

laws! {
    distinct_of_neighbours: |s| s.map(third).distinct(1),
    model: |v| {
        let mut items: Vec<_> = v.into_iter().map(third).collect();
        items.dedup();
        items
    },
}

#[tokio::test]
async fn an_item_that_is_left_out_becomes_the_latest() {
    let mut items = flow(stream::iter([1, 2, 1, 3, 1, 2])).distinct(2);

    for expected in [1, 2, 3, 2] {
        assert_eq!(items.next().await, Some(expected));
    }
    assert_eq!(items.get_ref().items(), 2);
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_panics() {
    drop(flow(stream::empty::<u8>()).distinct(0));
}
