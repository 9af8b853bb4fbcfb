use futures::FutureExt;
use futures::channel::mpsc;
use futures::stream;
use millpond_operators::{flow, laws};

laws! {
    merge_preferred: |a, b| a.merge_preferred(b),
    model: |a, b| a.into_iter().chain(b).collect(),
    unordered,
}

laws! {
    order_of_the_other: |a, b| a.merge_preferred(b).filter(|token| token.id() >= 1000),
    model: |_a, b| b,
}

#[tokio::test]
async fn the_other_has_its_turn_only_when_the_first_has_no_item() {
    let (mut send, first) = mpsc::channel(2);
    let mut merged = flow(first).merge_preferred(flow(stream::repeat('d')));

    assert_eq!(merged.next().now_or_never(), Some(Some('d')));
    send.try_send('a').unwrap();
    send.try_send('b').unwrap();
    assert_eq!(merged.next().now_or_never(), Some(Some('a')));
    assert_eq!(merged.next().now_or_never(), Some(Some('b')));
    assert_eq!(merged.next().now_or_never(), Some(Some('d')));
    drop(send);
    assert_eq!(merged.next().now_or_never(), Some(Some('d')));
}
