use std::panic::{AssertUnwindSafe, catch_unwind};

use futures::FutureExt;
use futures::stream;
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

fn number(count: &mut u32, token: Token) -> (u32, Option<Token>) {
    let _id = token.value();
    *count += 1;
    (*count, Some(token))
}

fn numbers(tokens: Vec<Token>, count: &mut u32) -> Vec<(u32, Option<Token>)> {
    tokens
        .into_iter()
        .map(|token| number(count, token))
        .collect()
}

laws! {
    stateful_map: |s| s.stateful_map(0, number, |count| Some((count, None))),
    model: |v| {
        let mut count = 0;
        let mut items = numbers(v, &mut count);
        items.push((count, None));
        items
    },
}

laws! {
    stateful_map_without_a_last_item: |s| s.stateful_map(0, number, |_| None),
    model: |v| numbers(v, &mut 0),
}

#[test]
fn a_panic_of_on_complete_ends_the_output() {
    let mut items = flow(stream::empty::<u8>()).stateful_map(
        (),
        |(), n| n,
        |()| unreachable!("to be passed on"),
    );
    let poll = AssertUnwindSafe(|| items.next().now_or_never());

    assert!(catch_unwind(poll).is_err());
    assert_eq!(items.next().now_or_never(), Some(None));
}
