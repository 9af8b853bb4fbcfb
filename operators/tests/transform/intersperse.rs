use std::rc::Rc;

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

laws! {
    intersperse: |s| s.map(|token| Some(Rc::new(token))).intersperse(None),
    model: |v| {
        let items = v.into_iter().map(|token| Some(Rc::new(token)));
        items.flat_map(|item| [None, item]).skip(1).collect()
    },
    look_ahead: 1,
}

laws! {
    intersperse_after_the_end_of_its_input: |s| {
        s.take(2).map(|token| Some(Rc::new(token))).intersperse(None)
    },
    model: |v| {
        let items = v.into_iter().take(2).map(|token| Some(Rc::new(token)));
        items.flat_map(|item| [None, item]).skip(1).collect()
    },
    look_ahead: 1,
}

laws! {
    intersperse_after_a_panic: |s| s.map(|token: Token| token.value()).intersperse(u32::MAX),
    model: |v| v.iter().flat_map(|token| [u32::MAX, token.value()]).skip(1).collect(),
}

#[tokio::test]
async fn no_separator_comes_before_the_item_after_it_is_there() {
    let one_then_silence = stream::iter([1]).chain(stream::pending());
    let mut items = flow(one_then_silence).intersperse(0);

    assert_eq!(items.next().await, Some(1));
    assert_eq!(items.next().now_or_never(), None);
}
