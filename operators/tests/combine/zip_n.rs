use std::pin::Pin;
use std::sync::Arc;

use futures::stream;
use millpond_operators::{combine, flow, laws};

laws! {
    zip_n: |a, b, c| combine::zip_n([a, b, c]),
    model: |a, b, c| {
        let rows = a.into_iter().zip(b).zip(c);
        rows.map(|((a, b), c)| vec![a, b, c]).collect()
    },
    look_ahead: 2,
    remainder: |zip| zip.take_remainder().into_iter().flatten().collect(),
}

#[tokio::test]
async fn it_ends_with_the_shortest_and_drops_the_others() {
    let resource = Arc::new(());
    let held = Arc::clone(&resource);
    let endless = flow(stream::repeat_with(move || Arc::strong_count(&held))).boxed();
    let mut rows = combine::zip_n([endless, flow(stream::iter([7])).boxed()]);

    assert_eq!(rows.next().await, Some(vec![2, 7]));
    assert_eq!(rows.next().await, None);
    assert_eq!(Arc::strong_count(&resource), 1);
    let remainder = Pin::new(&mut rows).get_pin_mut().take_remainder();
    assert_eq!(remainder, [Some(2), None]);
}

#[tokio::test]
async fn without_any_input_it_ends_at_once() {
    let none = Vec::from([flow(stream::repeat(1))]).into_iter().skip(1);

    assert_eq!(combine::zip_n(none).next().await, None);
}
