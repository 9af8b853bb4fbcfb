use futures::FutureExt;
use futures::stream::FusedStream;
use millpond_operators::rate::Valve;
use millpond_operators::{flow, laws};

laws! {
    valve: |s| s.valve(&Valve::opened()),
    model: |v| v,
}

#[expect(
    clippy::disallowed_methods,
    reason = "the law kit has a runtime and no node"
)]
fn open_later(valve: Valve) {
    drop(tokio::spawn(async move { valve.open() }));
}

// Every third item closes the valve as it comes, and a task opens it again.
laws! {
    valve_that_closes_now_and_then: |s| {
        let valve = Valve::opened();
        let closing = valve.clone();
        s.inspect(move |token| {
            if token.id() % 3 == 1 {
                closing.close();
                let opening = closing.clone();
                open_later(opening);
            }
        })
        .valve(&valve)
    },
    model: |v| v,
}

#[test]
fn while_it_is_closed_no_item_is_taken() {
    let valve = Valve::closed();
    let mut taken = 0;
    let mut items = flow(1..).inspect(|_| taken += 1).valve(&valve);
    assert_eq!(items.next().now_or_never(), None);
    drop(items);

    assert_eq!(taken, 0);
}

#[tokio::test]
async fn opening_it_wakes_every_flow_that_goes_through_it() {
    let valve = Valve::closed();
    let opener = valve.clone();
    let one = flow([1]).valve(&valve).collect::<Vec<_>>();
    let two = flow([2]).valve(&valve).collect::<Vec<_>>();
    let open = async {
        tokio::task::yield_now().await;
        opener.open();
    };

    assert_eq!(futures::join!(one, two, open), (vec![1], vec![2], ()));
}

#[test]
fn opening_and_closing_twice_changes_nothing() {
    let valve = Valve::opened();
    valve.open();
    assert!(valve.is_open());
    valve.close();
    valve.close();

    assert!(!valve.is_open());
}

#[test]
fn it_stays_ended_when_the_valve_is_closed_after_the_end() {
    let valve = Valve::opened();
    let mut items = flow([1]).valve(&valve);
    assert_eq!(items.next().now_or_never(), Some(Some(1)));
    assert_eq!(items.next().now_or_never(), Some(None));
    valve.close();

    assert_eq!(items.next().now_or_never(), Some(None));
    assert!(items.is_terminated());
}

#[test]
fn a_closed_valve_does_not_look_for_the_end() {
    let valve = Valve::closed();
    let mut items = flow([(); 0]).valve(&valve);

    assert_eq!(items.next().now_or_never(), None);
    assert!(!items.is_terminated());
}
