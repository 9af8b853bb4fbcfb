use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use futures::{FutureExt, join};
use millpond_operators::fan_out::Routed;
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

laws! {
    wire_tap: |s| {
        let (main, tap) = s.map(Arc::new).wire_tap(2);
        main.map(Routed::Main).merge(tap.map(Routed::Side))
    },
    relation: |v, out| {
        let mains = out.iter().filter_map(|routed| routed.as_ref().main());
        let sides = out.iter().filter_map(|routed| routed.as_ref().side());
        mains.map(|token| token.id()).eq(v.iter().map(Token::id))
            && sides.is_sorted_by(|a, b| a.id() < b.id())
    },
    look_ahead: 2,
}

laws! {
    wire_tap_that_is_gone: |s| {
        let (main, tap) = s.map(Arc::new).wire_tap(2);
        drop(tap);
        main
    },
    model: |v| v.into_iter().map(Arc::new).collect(),
}

#[tokio::test]
async fn a_tap_that_is_full_slows_nothing_down_and_misses_items() {
    let (main, mut tap) = flow(0..9).wire_tap(2);
    let main: Vec<_> = main.collect().await;

    assert_eq!(main, (0..9).collect::<Vec<_>>());
    assert_eq!(tap.get_ref().dropped(), 7);
    assert_eq!(tap.next().await, Some(0));
    assert_eq!(tap.next().await, Some(1));
    assert_eq!(tap.next().await, None);
}

#[tokio::test]
async fn a_tap_that_keeps_up_gets_everything() {
    let (main, tap) = flow(0..500).wire_tap(1);
    let main = main.for_each_async(async |_| tokio::task::yield_now().await);
    let ((), seen): (_, Vec<_>) = join!(main, tap.collect());

    assert_eq!(seen, (0..500).collect::<Vec<_>>());
}

#[tokio::test]
async fn only_the_first_output_takes_items() {
    let (mut main, mut tap) = flow(0..2).wire_tap(2);

    assert_eq!(tap.next().now_or_never(), None);
    assert_eq!(main.next().await, Some(0));
    assert_eq!(tap.next().await, Some(0));
    assert_eq!(tap.next().now_or_never(), None);
}

#[tokio::test]
async fn the_tap_ends_when_the_first_output_is_dropped() {
    let (mut main, tap) = flow(0..9).wire_tap(2);
    assert_eq!(main.next().await, Some(0));
    let drop_main = async { drop(main) };
    let (items, ()): (Vec<_>, ()) = join!(tap.collect(), drop_main);

    assert_eq!(items, [0]);
}

#[test]
fn an_item_whose_clone_panics_is_on_no_output() {
    #[derive(Debug, PartialEq)]
    struct Fragile(u8);

    impl Clone for Fragile {
        fn clone(&self) -> Self {
            assert_ne!(self.0, 1, "the one that breaks");
            Self(self.0)
        }
    }

    let (mut main, mut tap) = flow(0..3).map(Fragile).wire_tap(3);

    assert_eq!(main.next().now_or_never(), Some(Some(Fragile(0))));
    let next = AssertUnwindSafe(|| main.next().now_or_never());
    assert!(catch_unwind(next).is_err());
    assert_eq!(main.next().now_or_never(), Some(Some(Fragile(2))));
    assert_eq!(tap.next().now_or_never(), Some(Some(Fragile(0))));
    assert_eq!(tap.next().now_or_never(), Some(Some(Fragile(2))));
}

#[test]
fn dropping_the_tap_drops_what_it_holds() {
    let item = Arc::new(());
    let (mut main, tap) = flow([Arc::clone(&item)]).wire_tap(1);

    drop(main.next().now_or_never());
    assert_eq!(Arc::strong_count(&item), 2);
    drop(tap);
    assert_eq!(Arc::strong_count(&item), 1);
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_panics() {
    drop(flow([()]).wire_tap(0));
}
