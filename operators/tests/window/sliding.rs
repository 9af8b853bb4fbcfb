use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use millpond_operators::testing::Token;
use millpond_operators::window::{ShortWindow, Sliding};
use millpond_operators::{Progress, flow, laws};

fn windows<T: Clone>(items: &[T], size: usize, step: usize, short: ShortWindow) -> Vec<Vec<T>> {
    let mut windows = Vec::new();
    let mut covered = 0;
    for start in (0..items.len()).step_by(step) {
        let end = start.saturating_add(size);
        let whole = end <= items.len();
        let end = end.min(items.len());
        if whole || (short == ShortWindow::Emit && end > covered) {
            windows.push(items[start..end].to_vec());
        }
        covered = end;
    }
    windows
}

fn shared(items: Vec<Token>) -> Vec<Rc<Token>> {
    items.into_iter().map(Rc::new).collect()
}

fn remainder<S: Progress<Item = Rc<Token>>>(operator: Pin<&mut Sliding<S>>) -> Vec<Token> {
    let rest = operator.take_remainder().into_iter();
    rest.filter_map(Rc::into_inner).collect()
}

laws! {
    sliding: |s| s.map(Rc::new).sliding(3, 1, ShortWindow::Emit),
    model: |v| windows(&shared(v), 3, 1, ShortWindow::Emit),
    look_ahead: 2,
    remainder: remainder,
}

laws! {
    sliding_whole: |s| s.map(Rc::new).sliding(3, 1, ShortWindow::Drop),
    model: |v| windows(&shared(v), 3, 1, ShortWindow::Drop),
    look_ahead: 2,
    remainder: remainder,
}

laws! {
    sliding_by_two: |s| s.map(Rc::new).sliding(5, 2, ShortWindow::Emit),
    model: |v| windows(&shared(v), 5, 2, ShortWindow::Emit),
    look_ahead: 4,
    remainder: remainder,
}

laws! {
    sliding_whole_by_two: |s| s.map(Rc::new).sliding(5, 2, ShortWindow::Drop),
    model: |v| windows(&shared(v), 5, 2, ShortWindow::Drop),
    look_ahead: 4,
    remainder: remainder,
}

laws! {
    sliding_without_overlap: |s| s.map(Rc::new).sliding(3, 3, ShortWindow::Emit),
    model: |v| windows(&shared(v), 3, 3, ShortWindow::Emit),
    look_ahead: 2,
    remainder: remainder,
}

laws! {
    sliding_with_gaps: |s| s.map(Rc::new).sliding(2, 4, ShortWindow::Emit),
    model: |v| windows(&shared(v), 2, 4, ShortWindow::Emit),
    look_ahead: 1,
    remainder: remainder,
}

laws! {
    sliding_whole_with_gaps: |s| s.map(Rc::new).sliding(2, 4, ShortWindow::Drop),
    model: |v| windows(&shared(v), 2, 4, ShortWindow::Drop),
    look_ahead: 1,
    remainder: remainder,
}

laws! {
    sliding_past_the_end: |s| s.map(Rc::new).sliding(1, usize::MAX, ShortWindow::Emit),
    model: |v| windows(&shared(v), 1, usize::MAX, ShortWindow::Emit),
}

laws! {
    sliding_one_short_window: |s| s.map(Rc::new).sliding(usize::MAX, 1, ShortWindow::Emit),
    model: |v| windows(&shared(v), usize::MAX, 1, ShortWindow::Emit),
    look_ahead: usize::MAX,
    remainder: remainder,
}

laws! {
    sliding_after_a_panic: |s| s
        .map(|token: Token| token.value())
        .sliding(2, 1, ShortWindow::Emit),
    model: |v| {
        let values: Vec<_> = v.iter().map(Token::value).collect();
        windows(&values, 2, 1, ShortWindow::Emit)
    },
}

#[tokio::test]
async fn a_window_is_emitted_as_soon_as_it_is_full() {
    let three_then_silence = stream::iter([1, 2, 3]).chain(stream::pending());
    let mut windows = flow(three_then_silence).sliding(2, 1, ShortWindow::Emit);

    assert_eq!(windows.next().await, Some(vec![1, 2]));
    assert_eq!(windows.next().await, Some(vec![2, 3]));
    assert_eq!(windows.next().now_or_never(), None);
    // It has come in a window before, and would be the first of the next.
    assert_eq!(Pin::new(&mut windows).get_pin_mut().take_remainder(), [3]);
}

#[tokio::test]
async fn only_items_that_windows_share_are_cloned() {
    let items = flow(stream::iter([1, 2, 3, 4])).map(Picky);
    let windows: Vec<_> = items.sliding(2, 2, ShortWindow::Emit).collect().await;

    assert_eq!(windows, [[Picky(1), Picky(2)], [Picky(3), Picky(4)]]);
}

#[test]
fn after_the_remainder_the_next_item_starts_a_new_window() {
    let (sender, receiver) = futures::channel::mpsc::unbounded();
    let mut windows = flow(receiver).sliding(2, 1, ShortWindow::Emit);

    assert_eq!(sender.unbounded_send(1), Ok(()));
    assert_eq!(windows.next().now_or_never(), None);
    assert_eq!(Pin::new(&mut windows).get_pin_mut().take_remainder(), [1]);
    for item in [2, 3] {
        assert_eq!(sender.unbounded_send(item), Ok(()));
    }
    assert_eq!(windows.next().now_or_never(), Some(Some(vec![2, 3])));
}

#[test]
fn nothing_is_left_to_emit_after_the_remainder() {
    let (sender, receiver) = futures::channel::mpsc::unbounded();
    let mut windows = flow(receiver).sliding(2, 1, ShortWindow::Emit);

    assert_eq!(sender.unbounded_send(1), Ok(()));
    assert_eq!(windows.next().now_or_never(), None);
    assert_eq!(Pin::new(&mut windows).get_pin_mut().take_remainder(), [1]);
    drop(sender);
    assert_eq!(windows.next().now_or_never(), Some(None));
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
fn no_window_skips_an_item_whose_clone_has_panicked() {
    let items = flow(stream::iter([1, 2, 3, 4])).map(Picky);
    let mut windows = items.sliding(2, 1, ShortWindow::Emit);
    let poll = AssertUnwindSafe(|| windows.next().now_or_never());

    assert!(catch_unwind(poll).is_err());
    let rest: Option<Vec<_>> = windows.collect().now_or_never();
    assert_eq!(rest, Some(vec![vec![Picky(3), Picky(4)]]));
}

#[test]
#[should_panic(expected = "give a size of at least 1")]
fn a_size_of_zero_panics() {
    drop(flow(stream::empty::<()>()).sliding(0, 1, ShortWindow::Emit));
}

#[test]
#[should_panic(expected = "give a step of at least 1")]
fn a_step_of_zero_panics() {
    drop(flow(stream::empty::<()>()).sliding(1, 0, ShortWindow::Emit));
}
