use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::Stream;
use millpond::edge::{Closed, Sender};
use millpond::operators::{Flow, Progress, flow};

use super::clock::{Wait, now, wait};
use super::meter::Meter;
use super::scenario::Consumer;
use super::service::Service;

/// A node pauses after so many messages, as the library's do.
const MOST_MESSAGES: usize = 128;

/// A message that knows how long it has been on edges.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamped {
    /// When it was put on its last edge.
    sent: Duration,
    /// How long it was on edges before.
    pub(super) queued: Duration,
}

impl Stamped {
    /// Puts it on an edge.
    fn sent(self) -> Self {
        Self {
            sent: now(),
            ..self
        }
    }

    /// Takes it from its edge.
    fn received(self) -> Self {
        Self {
            queued: self.queued + now().saturating_sub(self.sent),
            ..self
        }
    }
}

/// A source that makes a message in each of the service's times.
pub(super) fn source(service: Service) -> Flow<impl Progress<Item = Stamped>> {
    flow(Making {
        service,
        under_way: None,
    })
}

struct Making {
    service: Service,
    under_way: Option<Wait>,
}

impl Stream for Making {
    type Item = Stamped;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Stamped>> {
        let this = &mut *self;
        let made = this
            .under_way
            .get_or_insert_with(|| wait(this.service.next(now())));
        if Pin::new(made).poll(cx).is_pending() {
            return Poll::Pending;
        }
        this.under_way = None;
        Poll::Ready(Some(Stamped {
            sent: now(),
            queued: Duration::ZERO,
        }))
    }
}

/// A node that lets each message wait for the service's next time.
pub(super) fn serve(
    messages: Flow<impl Progress<Item = Stamped>>,
    mut service: Service,
) -> Flow<impl Progress<Item = Stamped>> {
    messages.then(move |message| {
        let (message, served) = (message.received(), wait(service.next(now())));
        async move {
            served.await;
            message.sent()
        }
    })
}

/// The last node: records each message, and takes its time over it.
pub(super) async fn consume(
    messages: Flow<impl Progress<Item = Stamped>>,
    consumer: Consumer,
    seed: u64,
    meter: Rc<RefCell<Meter>>,
) {
    let record = |message: &Stamped| meter.borrow_mut().record(&message.received());
    match consumer {
        Consumer::Each(times) => {
            let mut service = Service::new(times, seed);
            let serve = |message| {
                record(&message);
                wait(service.next(now()))
            };
            messages.for_each_async(serve).await;
        }
        Consumer::Batches {
            at_most,
            fixed,
            per_message,
        } => {
            let serve = |batch: Vec<Stamped>| {
                batch.iter().for_each(record);
                let count = u32::try_from(batch.len()).expect("a batch is small");
                wait(fixed + per_message * count)
            };
            messages.ready_chunks(at_most).for_each_async(serve).await;
        }
    }
}

/// Drives a node's operators as the library does: room first, message second,
/// and nothing is held back while it waits.
pub(super) async fn drive<P: Progress>(operators: Flow<P>, mut sender: Sender<P::Item>) {
    let mut operators = pin!(operators);
    poll_fn(|cx| {
        for _ in 0..MOST_MESSAGES {
            let slot = match sender.poll_reserve(cx) {
                Poll::Ready(Ok(slot)) => slot,
                Poll::Ready(Err(Closed)) => return Poll::Ready(()),
                Poll::Pending => {
                    let (Poll::Ready(()) | Poll::Pending) = operators.as_mut().poll_progress(cx);
                    return Poll::Pending;
                }
            };
            match operators.as_mut().poll_next(cx) {
                Poll::Ready(Some(message)) => slot.send(message),
                Poll::Ready(None) => return Poll::Ready(()),
                Poll::Pending => return sender.poll_idle(cx).map(|Closed| ()),
            }
        }
        sender.flush();
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
