use std::collections::VecDeque;

use futures::FutureExt;
use futures::stream;
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

laws! {
    interleave: |a, b| a.interleave(b, 2),
    model: |a, b| runs([a.into(), b.into()], 2),
}

laws! {
    one_by_one_of_operators_that_hold_futures: |a, b| {
        a.map_async(2, Token::work).interleave(b.map_async(2, Token::work), 1)
    },
    model: |a, b| runs([a.into(), b.into()], 1),
    look_ahead: 4,
    in_flight: 4,
}

fn runs(mut sides: [VecDeque<Token>; 2], run: usize) -> Vec<Token> {
    let mut all = Vec::new();
    while sides.iter().any(|side| !side.is_empty()) {
        for side in &mut sides {
            let run = run.min(side.len());
            all.extend(side.drain(..run));
        }
    }
    all
}

#[tokio::test]
async fn a_side_whose_turn_it_is_is_waited_for() {
    let mut mixed = flow(stream::pending()).interleave(flow(stream::iter([1])), 1);

    assert_eq!(mixed.next().now_or_never(), None);
}

#[test]
#[should_panic(expected = "`interleave` by runs of 0 items would never emit; give at least 1")]
fn runs_of_zero_are_refused() {
    let _mixed = flow(stream::empty::<u8>()).interleave(flow(stream::empty()), 0);
}
