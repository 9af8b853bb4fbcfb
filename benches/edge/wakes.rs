use std::future::{Future, poll_fn};
use std::num::NonZeroUsize;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::{Context, Wake, Waker};

use futures_core::Stream;
use millpond::edge::{self, Inlet};

use super::send_all;
use super::support::Bench;
use super::support::bench::Measured;
use super::support::figure::Figure;
use crate::two_threads::side_by_side;

/// One more than a multiple of four, so that each quartile is a round.
const ROUNDS: usize = 21;

/// How often a buffer is filled and emptied in a round.
const TURNS: u32 = 500;

/// Wakes of either end, both on threads of their own, while as many messages
/// pass as the edge holds: small buffers, middling and large ones, of which
/// the figure is the worst.
pub(super) fn per_turn(bench: &mut Bench) {
    let (rounds, turns) = if bench.short {
        (1, 10)
    } else {
        (ROUNDS, TURNS)
    };
    let mut worst = vec![0.0; rounds];
    for (name, capacity) in [
        ("remote_wakeups_per_turn_16", 16),
        ("remote_wakeups_per_turn_128", 128),
        ("remote_wakeups_per_turn_1024", 1_024),
    ] {
        let rounds: Vec<_> = (0..rounds).map(|_| wakes(capacity, turns)).collect();
        for (worst, wakes) in worst.iter_mut().zip(&rounds) {
            *worst = f64::max(*worst, *wakes);
        }
        add(bench, name, &rounds, None);
    }
    add(bench, "remote_wakeups_per_turn", &worst, Some(2.0));
}

fn add(bench: &mut Bench, name: &'static str, rounds: &[f64], at_most: Option<f64>) {
    bench.add(Measured {
        name,
        figure: Figure::new(rounds, "wakes per buffer turn", "none"),
        limit: at_most.map(|most| 0.0..=most),
        remark: "wakes of both ends while as many messages pass as fit".into(),
    });
}

fn wakes(capacity: u32, turns: u32) -> f64 {
    let size = NonZeroUsize::new(capacity as usize).expect("an edge holds something");
    let messages = u64::from(capacity * turns);
    let count = Arc::new(AtomicU32::new(0));
    let (sender, inlet) = edge::remote(size);
    let sum = side_by_side(
        || counted(&count, send_all(sender.open(), messages)),
        counted(&count, add_up_plainly(inlet.open())),
    );
    assert_eq!(sum, messages * (messages - 1) / 2, "every message arrives");
    // The last one tells the inlet that the sender is gone.
    f64::from(count.load(Relaxed).saturating_sub(1)) / f64::from(turns)
}

/// Takes messages as long as there are any: an operator would wake itself
/// after every 128, to let others on its worker go on.
async fn add_up_plainly(mut inlet: Inlet<u64>) -> u64 {
    let mut sum = 0;
    while let Some(number) = poll_fn(|cx| Pin::new(&mut inlet).poll_next(cx)).await {
        sum += number;
    }
    sum
}

/// A waker that counts.
struct Counting {
    count: Arc<AtomicU32>,
    task: Waker,
}

impl Wake for Counting {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.count.fetch_add(1, Relaxed);
        self.task.wake_by_ref();
    }
}

/// Counts the wakes of a future.
async fn counted<F: Future>(count: &Arc<AtomicU32>, future: F) -> F::Output {
    let mut future = pin!(future);
    let mut waker = None;
    poll_fn(|cx| {
        let waker = waker.get_or_insert_with(|| {
            let (count, task) = (Arc::clone(count), cx.waker().clone());
            Waker::from(Arc::new(Counting { count, task }))
        });
        future.as_mut().poll(&mut Context::from_waker(waker))
    })
    .await
}
