use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use futures::FutureExt;
use futures::stream::{self, FusedStream};
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

fn number(count: &mut u32, token: Token) -> (u32, u32) {
    *count += 1;
    let id = token.value();
    drop(token);
    (*count, id)
}

laws! {
    map_with_resource: |s| s.map_with_resource(|| 0, number, drop),
    model: |v| (1..).zip(v.into_iter().map(|token| token.value())).collect(),
}

laws! {
    map_with_resource_that_closes_once: |s| {
        let close = s.get_ref().finalizer();
        s.map_with_resource(|| 0, number, move |_| close())
    },
    model: |v| (1..).zip(v.into_iter().map(|token| token.value())).collect(),
}

/// Notes what happens.
#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<&'static str>>>);

impl Log {
    fn note(&self, what: &'static str) {
        self.0.borrow_mut().push(what);
    }

    fn entries(&self) -> Vec<&'static str> {
        self.0.borrow().clone()
    }
}

struct NotesDrop(Log);

impl Drop for NotesDrop {
    fn drop(&mut self) {
        self.0.note("dropped");
    }
}

#[tokio::test]
async fn it_opens_before_the_input_is_polled_and_closes_after_it_is_dropped() {
    let log = Log::default();
    let input = NotesDrop(log.clone());
    let items = stream::poll_fn(|_| {
        input.0.note("polled");
        std::task::Poll::Ready(None::<()>)
    });
    let holding = NotesDrop(log.clone());
    let items = futures::StreamExt::inspect(items, move |()| drop(holding.0.clone()));
    let mut results =
        flow(items).map_with_resource(|| log.note("opened"), |(), ()| (), |()| log.note("closed"));

    assert_eq!(log.entries(), [""; 0]);
    assert_eq!(results.next().await, None);
    assert_eq!(log.entries(), ["opened", "polled", "dropped", "closed"]);
    assert!(results.is_terminated());
    assert_eq!(results.next().await, None);
    drop(results);
    assert_eq!(log.entries().len(), 4);
}

#[tokio::test]
async fn dropping_the_output_closes_it() {
    let log = Log::default();
    let mut results =
        flow(stream::iter([1, 2])).map_with_resource(|| (), |(), n| n, |()| log.note("closed"));

    assert_eq!(results.next().await, Some(1));
    assert_eq!(log.entries(), [""; 0]);
    drop(results);
    assert_eq!(log.entries(), ["closed"]);
}

#[test]
fn where_nothing_is_asked_for_nothing_is_opened_or_closed() {
    let log = Log::default();
    let results = flow(stream::iter([1])).map_with_resource(
        || log.note("opened"),
        |(), n| n,
        |()| log.note("closed"),
    );

    drop(results);
    assert_eq!(log.entries(), [""; 0]);
}

#[test]
fn a_panic_of_the_closure_closes_it_and_ends_the_output() {
    let log = Log::default();
    let mut results = flow(stream::iter([1, 2])).map_with_resource(
        || (),
        |(), n| assert_ne!(n, 1),
        |()| log.note("closed"),
    );
    let poll = AssertUnwindSafe(|| results.next().now_or_never());

    assert!(catch_unwind(poll).is_err());
    assert_eq!(log.entries(), ["closed"]);
    assert!(results.is_terminated());
    assert_eq!(results.next().now_or_never(), Some(None));
    drop(results);
    assert_eq!(log.entries(), ["closed"]);
}

#[test]
fn a_panic_of_open_ends_the_output_with_nothing_to_close() {
    let log = Log::default();
    let open = || unreachable!("to be passed on");
    let mut results =
        flow(stream::iter([1])).map_with_resource(open, |(), n| n, |()| log.note("closed"));
    let poll = AssertUnwindSafe(|| results.next().now_or_never());

    assert!(catch_unwind(poll).is_err());
    assert!(results.is_terminated());
    assert_eq!(results.next().now_or_never(), Some(None));
    drop(results);
    assert_eq!(log.entries(), [""; 0]);
}
