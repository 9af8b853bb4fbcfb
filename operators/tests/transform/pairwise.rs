use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use futures::FutureExt;
use futures::stream;
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

laws! {
    pairwise: |s| s.map(Rc::new).pairwise(),
    model: |v| pairs(v.into_iter().map(Rc::new).collect()),
    look_ahead: 1,
}

laws! {
    pairwise_after_a_panic: |s| s.map(|token: Token| token.value()).pairwise(),
    model: |v| pairs(v.iter().map(Token::value).collect()),
}

fn pairs<T: Clone>(items: Vec<T>) -> Vec<(T, T)> {
    let after = items.clone().into_iter().skip(1);
    items.into_iter().zip(after).collect()
}

/// Cannot be cloned if it is 2.
#[derive(Debug, PartialEq)]
struct Picky(u8);

impl Clone for Picky {
    fn clone(&self) -> Self {
        assert_ne!(self.0, 2);
        Self(self.0)
    }
}

#[test]
fn no_pair_skips_an_item_whose_clone_has_panicked() {
    let mut items = flow(stream::iter([1, 2, 3, 4])).map(Picky).pairwise();
    let poll = AssertUnwindSafe(|| items.next().now_or_never());

    assert!(catch_unwind(poll).is_err());
    let rest: Option<Vec<_>> = items.collect().now_or_never();
    assert_eq!(rest, Some(vec![(Picky(3), Picky(4))]));
}
