use futures::FutureExt;
use futures::channel::mpsc;
use futures::stream;
use millpond_operators::{combine, flow, laws};

laws! {
    merge_prioritized: |a, b, c| combine::merge_prioritized([(a, 3), (b, 1), (c, 2)]),
    model: |a, b, c| a.into_iter().chain(b).chain(c).collect(),
    unordered,
}

laws! {
    with_equal_weights: |a, b, c| combine::merge_prioritized([(a, 2), (b, 2), (c, 2)]),
    model: |a, b, c| a.into_iter().chain(b).chain(c).collect(),
    unordered,
    fair: 2,
}

laws! {
    order_of_one_of_many: |a, b, c| {
        let merged = combine::merge_prioritized([(a, 3), (b, 1), (c, 2)]);
        merged.filter(|token| (1000..2000).contains(&token.id()))
    },
    model: |_a, b, _c| b,
}

#[tokio::test]
async fn each_gets_its_share() {
    let inputs = [('a', 3), ('b', 1), ('c', 2)];
    let inputs = inputs.map(|(name, weight)| (flow(stream::repeat(name)), weight));
    let served: String = combine::merge_prioritized(inputs).take(12).collect().await;

    assert_eq!(served, "aaabccaaabcc");
}

#[tokio::test]
async fn a_turn_ends_when_there_is_no_item_ready() {
    let (mut send, slow) = mpsc::channel(2);
    let busy = flow(stream::repeat('b')).boxed();
    let mut merged = combine::merge_prioritized([(flow(slow).boxed(), 2), (busy, 1)]);

    send.try_send('a').unwrap();
    assert_eq!(merged.next().now_or_never(), Some(Some('a')));
    assert_eq!(merged.next().now_or_never(), Some(Some('b')));
    send.try_send('a').unwrap();
    send.try_send('a').unwrap();
    let served: String = merged.take(4).collect().now_or_never().unwrap();
    assert_eq!(served, "aabb");
}

#[tokio::test]
async fn without_any_input_it_ends_at_once() {
    let none = Vec::from([(flow(stream::repeat(1)), 1)])
        .into_iter()
        .skip(1);

    assert_eq!(combine::merge_prioritized(none).next().await, None);
}

#[test]
#[should_panic(expected = "with weight 0 would never be asked; give at least 1")]
fn a_weight_of_zero_is_refused() {
    let _merged = combine::merge_prioritized([(flow(stream::empty::<u8>()), 0)]);
}
