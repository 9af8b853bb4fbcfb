use futures::FutureExt;
use futures::stream::{self, StreamExt};
use millpond_operators::{flow, laws};

laws! {
    take_last: |s| s.take_last(3),
    model: |v| {
        let count = v.len().saturating_sub(3);
        v.into_iter().skip(count).collect()
    },
    look_ahead: 3,
}

laws! {
    take_last_nothing: |s| s.take_last(0),
    model: |_v| Vec::new(),
}

laws! {
    take_last_all: |s| s.take_last(usize::MAX),
    model: |v| v,
    look_ahead: usize::MAX,
}

#[test]
fn nothing_comes_before_the_end() {
    let one_then_silence = || stream::iter([1]).chain(stream::pending());

    let mut items = flow(one_then_silence()).take_last(1);
    assert_eq!(items.next().now_or_never(), None);
    let mut items = flow(one_then_silence()).take_last(0);
    assert_eq!(items.next().now_or_never(), None);
}
