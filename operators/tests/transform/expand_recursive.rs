use std::cell::Cell;
use std::sync::Arc;

use futures::stream::{self, FusedStream, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::{Flow, Foreign, Progress, flow, laws};

/// Every third token has two levels below it: two items, then one of each.
fn below(item: (u32, u8)) -> Option<Vec<(u32, u8)>> {
    match item {
        (id, 0) if id.is_multiple_of(3) => Some(vec![(id, 1), (id, 2)]),
        (id, level @ 1..=2) => Some(vec![(id, level + 2)]),
        _ => None,
    }
}

fn tree(id: u32) -> Vec<(u32, u8)> {
    let mut items = vec![(id, 0)];
    let mut next = 0;
    while let Some(&item) = items.get(next) {
        items.extend(below(item).unwrap_or_default());
        next += 1;
    }
    items
}

fn root(token: Token) -> (u32, u8) {
    let id = token.value();
    drop(token);
    (id, 0)
}

fn stream_of(item: (u32, u8)) -> Option<Flow<impl Progress<Item = (u32, u8)>>> {
    below(item).map(|items| flow(stream::iter(items)).then(async |item| item))
}

laws! {
    expand_recursive: |s| s.map(root).expand_recursive(2, |item| stream_of(*item)).map(Result::ok),
    model: |v| v.into_iter().map(|token| token.value()).flat_map(tree).map(Some).collect(),
}

laws! {
    expand_recursive_of_no_item: |s| s.map(root)
        .expand_recursive(1, |_| None::<Flow<Foreign<stream::Empty<_>>>>)
        .map(Result::ok),
    model: |v| v.into_iter().map(root).map(Some).collect(),
}

laws! {
    expand_recursive_past_its_bound: |s| s.map(root)
        .expand_recursive(1, |item| stream_of(*item))
        .map(|item| item.map_err(|error| error.max())),
    model: |v| match v.first() {
        // The second stream of the second level finds no place.
        Some(token) => {
            let id = token.value();
            vec![Ok((id, 0)), Ok((id, 1)), Ok((id, 2)), Err(1)]
        }
        None => Vec::new(),
    },
    terminal: Result::is_err,
    panics_change_the_rest,
}

#[tokio::test]
async fn the_input_waits_for_the_whole_tree() {
    let taken = Cell::new(0);
    let roots = stream::iter([1, 10]).inspect(|_| taken.set(taken.get() + 1));
    let mut items =
        flow(roots).expand_recursive(1, |n| (n % 10 < 3).then(|| flow(stream::iter([n + 1]))));

    for expected in [1, 2, 3] {
        assert_eq!(items.next().await, Some(Ok(expected)));
        assert_eq!(taken.get(), 1);
    }
    assert_eq!(items.next().await, Some(Ok(10)));
}

#[tokio::test]
async fn a_stream_without_a_place_drops_the_input_and_ends_the_output() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let endless = stream::repeat(0).inspect(move |_| drop(Arc::clone(&held)));
    let mut items = flow(endless).expand_recursive(2, |n| Some(flow(stream::iter([n + 1; 2]))));

    let mut came = 0;
    let error = loop {
        match items.next().await {
            Some(Ok(_)) => came += 1,
            other => break other,
        }
    };
    assert_eq!(came, 5);
    assert_eq!(
        error.map(|item| item.map_err(|error| error.max())),
        Some(Err(2))
    );
    assert_eq!(Arc::strong_count(&resource), 1);
    assert!(items.is_terminated());
}

#[tokio::test]
async fn pages_that_name_the_next_one_need_one_place() {
    let next = |page: &u32| (*page < 100).then_some(page + 1);
    let pages = flow(stream::iter([1])).expand_recursive(1, |page| {
        next(page).map(|page| flow(stream::once(async move { page })))
    });

    assert_eq!(pages.last().await, Some(Ok(100)));
}

#[tokio::test]
async fn dropping_the_output_drops_the_streams_that_wait() {
    let resource = Arc::new(());
    let mut items = flow(stream::iter([Arc::clone(&resource)])).expand_recursive(2, |held| {
        let held = Arc::clone(held);
        Some(flow(stream::repeat(held).take(1)))
    });

    assert!(items.next().await.is_some());
    assert!(items.next().await.is_some());
    assert!(Arc::strong_count(&resource) > 1);
    drop(items);
    assert_eq!(Arc::strong_count(&resource), 1);
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_panics() {
    let never = |&(): &()| None::<Flow<Foreign<stream::Empty<()>>>>;
    drop(flow(stream::empty()).expand_recursive(0, never));
}
