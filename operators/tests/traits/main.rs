//! Every public type can be named, printed, sent and shared, and is `Unpin`
//! where its parts are. One line per type.

mod combine;
mod concurrent;
mod consume;
mod errors;
mod event_time;
mod fan_out;
mod filter;
mod lifecycle;
mod rate;
mod source;
mod time;
mod transform;
mod window;

use std::fmt::Debug;

use futures::stream::Empty;
use millpond_operators::{Flow, Foreign, flow};

type S = Foreign<Empty<u8>>;
type R = Foreign<Empty<Result<u8, u8>>>;
type Pairs = Foreign<Empty<(u8, u8)>>;

fn everyday<T: Send + Sync + Unpin + Debug>() {}
fn cloned<T: Clone>() {}

#[test]
fn the_wrappers() {
    everyday::<Flow<S>>();
    everyday::<S>();
    cloned::<Flow<S>>();
    cloned::<S>();
}

#[test]
fn closures_need_no_debug_and_futures_need_not_be_send() {
    let not_send = std::rc::Rc::new(1);
    let items = flow(futures::stream::iter([1, 2]))
        .map(|n| n + *not_send)
        .map_async(2, |n| {
            let not_send = std::rc::Rc::clone(&not_send);
            async move { n + *not_send }
        });

    assert!(format!("{items:?}").contains("MapAsync"));
}

#[test]
fn a_boxed_flow_is_send_and_keeps_every_method() {
    fn sent<T: Send>(value: T) -> T {
        value
    }
    let items = sent(flow(futures::stream::iter([1, 2])).boxed()).map(|n| n * 2);
    let items: Option<Vec<_>> = futures::FutureExt::now_or_never(items.collect());

    assert_eq!(items, Some(vec![2, 4]));
}
