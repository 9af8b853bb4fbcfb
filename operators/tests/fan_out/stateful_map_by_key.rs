use std::panic::{AssertUnwindSafe, catch_unwind};

use futures::FutureExt;
use millpond_operators::fan_out::StatefulMapByKey;
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

type Counted = (u32, u32, Option<Token>);

fn count(state: &mut (u32, u32), token: Token) -> Counted {
    let _id = token.value();
    state.1 += 1;
    (state.0, state.1, Some(token))
}

/// What comes out with room for so many keys, kept as a list by last use.
fn model(tokens: Vec<Token>, max_keys: usize) -> Vec<Counted> {
    let mut states: Vec<(u32, u32)> = Vec::new();
    let mut out = Vec::new();
    for token in tokens {
        let key = token.key();
        let place = states.iter().position(|state| state.0 == key);
        let mut state = match place {
            Some(place) => states.remove(place),
            None if states.len() == max_keys => {
                let evicted = states.remove(0);
                out.push((evicted.0, evicted.1, None));
                (key, 0)
            }
            None => (key, 0),
        };
        out.push(count(&mut state, token));
        states.push(state);
    }
    out.extend(states.into_iter().map(|(key, count)| (key, count, None)));
    out
}

laws! {
    stateful_map_by_key: |s| s.stateful_map_by_key(
        2,
        Token::key,
        |key| (*key, 0),
        count,
        |key, (_, count)| Some((key, count, None)),
    ),
    model: |v| model(v, 2),
    look_ahead: 1,
    state: (2, StatefulMapByKey::live_keys),
    panics_change_the_rest,
}

laws! {
    stateful_map_by_key_that_evicts_in_silence: |s| {
        s.stateful_map_by_key(3, Token::key, |key| (*key, 0), count, |_, _| None)
    },
    model: |v| model(v, 3).into_iter().filter(|(_, _, token)| token.is_some()).collect(),
    state: (3, StatefulMapByKey::live_keys),
    panics_change_the_rest,
}

#[tokio::test]
async fn a_key_that_comes_back_starts_anew() {
    let counts: Vec<_> = flow(["a", "a", "b", "a"])
        .stateful_map_by_key(
            1,
            |name| *name,
            |_| 0,
            |count, _| {
                *count += 1;
                *count
            },
            |_, count| Some(-count),
        )
        .collect()
        .await;

    assert_eq!(counts, [1, 2, -2, 1, -1, 1, -1]);
}

#[tokio::test]
async fn the_end_evicts_the_one_unused_for_longest_first() {
    let names: Vec<_> = flow(["a", "b", "c", "a"])
        .stateful_map_by_key(
            9,
            |name| *name,
            |_| (),
            |(), _| None,
            |name, ()| Some(Some(name)),
        )
        .filter_map(|name| name)
        .collect()
        .await;

    assert_eq!(names, ["b", "c", "a"]);
}

#[test]
fn a_panic_of_on_evict_loses_that_state_and_the_item_only() {
    let mut items = flow(["a", "b", "b", "b"]).stateful_map_by_key(
        1,
        |name| *name,
        |_| 0,
        |count, name| {
            *count += 1;
            (name, *count)
        },
        |name, count| {
            assert_ne!(name, "a", "to be passed on");
            Some((name, -count))
        },
    );
    let mut next = || catch_unwind(AssertUnwindSafe(|| items.next().now_or_never().flatten()));

    assert_eq!(next().ok(), Some(Some(("a", 1))));
    assert!(next().is_err());
    assert_eq!(next().ok(), Some(Some(("b", 1))));
    assert_eq!(next().ok(), Some(Some(("b", 2))));
    assert_eq!(next().ok(), Some(Some(("b", -2))));
    assert_eq!(next().ok(), Some(None));
}

#[tokio::test]
async fn many_silent_evictions_give_the_thread_back_in_between() {
    let mut items = flow(0..500).stateful_map_by_key(500, |n| *n, |_| (), |(), n| n, |_, ()| None);
    for n in 0..500 {
        assert_eq!(items.next().await, Some(n));
    }

    assert_eq!(items.next().now_or_never(), None);
    assert_eq!(items.get_ref().live_keys(), 500 - 128);
    assert_eq!(items.next().await, None);
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_panics() {
    drop(flow([()]).stateful_map_by_key(0, |()| (), |()| (), |(), ()| (), |(), ()| None));
}
