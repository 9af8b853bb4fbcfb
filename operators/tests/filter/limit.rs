use futures::FutureExt;
use futures::stream;
use millpond_operators::{flow, laws};

laws! {
    limit: |s| s.limit(3).map(|item| item.map_err(|error| error.max())),
    model: |v| {
        let exceeded = v.len() > 3;
        let items = v.into_iter().take(3).map(Ok);
        items.chain(exceeded.then_some(Err(3))).collect()
    },
    terminal: Result::is_err,
}

laws! {
    limit_to_nothing: |s| s.limit(0).map(|item| item.map_err(|error| error.max())),
    model: |v| v.first().map(|_| Err(0)).into_iter().collect(),
    terminal: Result::is_err,
}

#[test]
fn just_as_many_items_give_no_error() {
    let items: Option<Vec<_>> = flow(stream::iter([1, 2])).limit(2).collect().now_or_never();

    assert_eq!(items, Some(vec![Ok(1), Ok(2)]));
}

#[test]
fn the_error_says_what_the_limit_is() {
    let items: Option<Vec<_>> = flow(stream::iter([1, 2])).limit(1).collect().now_or_never();
    let texts = items.into_iter().flatten().filter_map(Result::err);
    let texts: Vec<_> = texts.map(|error| error.to_string()).collect();

    assert_eq!(texts, ["the stream has more than its limit of 1"]);
}
