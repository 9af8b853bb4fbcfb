use futures::FutureExt;
use millpond_operators::rate::Store;
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

use super::slowly;

/// Keeps up to three, and hands on the newest first.
struct Pile<T>(Vec<T>);

impl<T> Store<T> for Pile<T> {
    type Out = T;

    fn has_room(&self) -> bool {
        self.0.len() < 3
    }

    fn put(&mut self, item: T) {
        self.0.push(item);
    }

    fn take(&mut self) -> Option<T> {
        self.0.pop()
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn keeps_count(&self) -> bool {
        true
    }
}

laws! {
    decouple: |s| s.decouple(Pile(Vec::new())),
    relation: |v, out| {
        let mut ids: Vec<_> = out.iter().map(Token::id).collect();
        ids.sort_unstable();
        ids.into_iter().eq(v.iter().map(Token::id))
    },
    look_ahead: 3,
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_comes_out_first() {
    // While the body has 1, the pile takes 2, 3 and 4; while it has 4, it
    // takes 5 on top.
    assert_eq!(
        slowly(flow(1..=5).decouple(Pile(Vec::new()))).await,
        [1, 4, 5, 3, 2]
    );
}

/// Swallows what is put in.
struct Hole;

impl<T> Store<T> for Hole {
    type Out = T;

    fn has_room(&self) -> bool {
        true
    }

    fn put(&mut self, item: T) {
        drop(item);
    }

    fn take(&mut self) -> Option<T> {
        None
    }

    fn len(&self) -> usize {
        0
    }
}

#[test]
fn a_store_that_swallows_items_does_not_keep_the_thread() {
    let mut taken = 0;
    let mut items = flow(0..1000).inspect(|_| taken += 1).decouple(Hole);
    assert_eq!(items.next().now_or_never(), None);
    drop(items);

    assert_eq!(taken, 128);
}
