use std::pin::Pin;

use futures::stream;
use millpond_operators::{flow, laws};

laws! {
    zip_with: |a, b| a.zip_with(b, |item, other| (item.value(), other.value())),
    model: |a, b| a.iter().zip(&b).map(|(item, other)| (item.value(), other.value())).collect(),
    look_ahead: 1,
    remainder: |zip| {
        let (item, other) = zip.take_remainder();
        item.into_iter().chain(other).collect()
    },
    panics_change_the_rest,
}

#[tokio::test]
async fn the_item_without_a_partner_is_given_back() {
    let mut sums = flow(stream::iter([1, 2])).zip_with(flow(stream::iter([10])), |a, b| a + b);

    assert_eq!(sums.next().await, Some(11));
    assert_eq!(sums.next().await, None);
    let remainder = Pin::new(&mut sums).get_pin_mut().take_remainder();
    assert_eq!(remainder, (Some(2), None));
}
