use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use millpond_operators::Progress;
use pin_project::pin_project;

use super::stopwatch::SLICE;
use super::{Border, NodeContext, StageError, Stopped, Stopwatch};
use crate::edge::Closed;

/// A node that has moved this many messages does so too.
const MOST_MESSAGES: usize = 128;

/// Moves messages from a node's operators over its border.
///
/// Room first, message second: a message is taken only when it can be put, so
/// cancelling the node loses none that its operators had not taken in. While
/// there is no room the operators are still driven (`poll_progress`): what
/// they have admitted goes on behind a full edge. Whenever it pauses, what it
/// holds is sent off.
#[pin_project]
#[derive(Debug)]
pub(crate) struct Drive<P, B> {
    #[pin]
    flow: P,
    border: B,
    /// Completes when the node shall take nothing more in; sources have one.
    stop: Option<Stopped>,
    budget: Budget,
}

/// How many messages a node moves before it pauses.
#[derive(Debug)]
struct Budget {
    messages: usize,
    /// One for a node whose messages take long: each is handed on before the
    /// next is taken.
    most: usize,
    /// Whether all of it was used up in the last turn.
    spent: bool,
    stopwatch: Rc<Stopwatch>,
}

impl Budget {
    fn new(context: &NodeContext) -> Self {
        let most = if context.prompt { 1 } else { MOST_MESSAGES };
        let stopwatch = Rc::clone(&context.stopwatch);
        stopwatch.time_each(context.prompt);
        Self {
            messages: most,
            most,
            spent: false,
            stopwatch,
        }
    }

    /// Follows what the messages of the last turn turned out to cost, so that
    /// a node keeps to its slice without a look at the clock for each.
    ///
    /// A node with its full budget is looked at now and then only; from the
    /// first slice that it overruns, after each turn.
    fn learn(&mut self) {
        let Some(took) = self.stopwatch.take_last() else {
            return;
        };
        if took > SLICE {
            self.messages = (self.messages / 2).max(1);
        } else if self.spent {
            self.messages = (self.messages * 2).min(self.most);
        }
        self.stopwatch.time_each(self.messages < MOST_MESSAGES);
    }
}

/// Drives a node that ends when its inlets do.
pub(crate) fn drive<P, B>(flow: P, border: B, context: &NodeContext) -> Drive<P, B> {
    Drive {
        flow,
        border,
        stop: None,
        budget: Budget::new(context),
    }
}

/// Drives a source, which also ends when it is told to.
pub(crate) fn drive_source<P, B>(flow: P, border: B, context: &NodeContext) -> Drive<P, B> {
    Drive {
        stop: Some(Stopped::new(context.stop.clone())),
        ..drive(flow, border, context)
    }
}

/// Why a node stopped moving messages.
enum Pause {
    /// There is nothing left to do.
    Ended,
    /// The border has no room.
    Full,
    /// The operators have nothing to emit.
    Idle,
    /// Others shall have their turn.
    BudgetSpent,
}

impl<P, B> Future for Drive<P, B>
where
    P: Progress,
    B: Border<P::Item>,
{
    type Output = Result<(), StageError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        // Once per wake and not per message: a stop wakes the node.
        if let Some(stop) = this.stop
            && Pin::new(stop).poll(cx).is_ready()
        {
            return Poll::Ready(ended(this.border));
        }
        this.budget.learn();
        let mut left = this.budget.messages;
        let pause = loop {
            match this.border.poll_room(cx) {
                Poll::Ready(Ok(())) => {}
                // Whoever was behind has left, which is theirs to explain.
                Poll::Ready(Err(Closed)) => break Pause::Ended,
                Poll::Pending => break Pause::Full,
            }
            let most = left.min(this.border.room());
            let border = &mut *this.border;
            match this
                .flow
                .as_mut()
                .poll_many(cx, most, |message| border.put(message))
            {
                Poll::Ready(Some(moved)) => left -= moved,
                Poll::Ready(None) => break Pause::Ended,
                Poll::Pending => break Pause::Idle,
            }
            if left == 0 {
                break Pause::BudgetSpent;
            }
        };
        this.budget.spent = left == 0;
        match pause {
            Pause::Ended => Poll::Ready(ended(this.border)),
            Pause::Full => {
                // A branch that has room must not wait for the one that has none.
                this.border.flush();
                // Either answer leads to the same: there is no room.
                let (Poll::Ready(()) | Poll::Pending) = this.flow.poll_progress(cx);
                Poll::Pending
            }
            Pause::Idle => this.border.poll_idle(cx).map(|Closed| Ok(())),
            Pause::BudgetSpent => {
                this.border.flush();
                cx.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }
}

/// How a node ends that moves nothing more. A failure may wait there since the
/// turn before.
fn ended<T>(border: &mut impl Border<T>) -> Result<(), StageError> {
    border.take_failure().map_or(Ok(()), Err)
}
