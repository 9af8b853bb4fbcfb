use futures::FutureExt;
use futures::stream::{self, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

laws! {
    zip_all: |a, b| a.zip_all(b),
    model: |a, b| {
        let count = a.len().max(b.len());
        let padded = |side: Vec<Token>| side.into_iter().map(Some).chain((0..).map(|_| None));
        padded(a).zip(padded(b)).take(count).collect()
    },
    look_ahead: 1,
    remainder: |zip| {
        let (item, other) = zip.take_remainder();
        item.into_iter().chain(other).collect()
    },
}

#[tokio::test]
async fn after_the_end_of_one_side_the_other_passes() {
    let one = flow(stream::iter([1]).chain(stream::pending()));
    let mut pairs = one.zip_all(flow(stream::empty::<u8>()));

    assert_eq!(pairs.next().now_or_never(), Some(Some((Some(1), None))));
    assert_eq!(pairs.next().now_or_never(), None);
}
