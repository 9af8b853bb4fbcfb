use std::error::Error;
use std::fmt;

/// What every operator promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Law {
    /// Nothing happens unless the operator is polled.
    S1,
    /// After `None` every further poll gives `None`.
    S2,
    /// An input that has ended is not polled again before the operator ends.
    S3,
    /// `is_terminated` implies that the next poll gives `None`.
    S4,
    /// `None` does not come before all owed items.
    S5,
    /// An item that ends the output comes once, in its place, and nothing
    /// after it.
    S6,
    /// `size_hint` brackets the number of items still to come.
    S7,
    /// Empty, one-item and exactly-at-the-limit inputs obey the same rules.
    S8,
    /// Building an operator polls nothing.
    S10,
    /// A consumer that polls only after a wake reaches the end.
    W1,
    /// The waker of the latest poll is the one that is woken.
    W2,
    /// The number of polls is bounded by the number of items and wakes.
    W3,
    /// Extra polls, and calls of `poll_progress`, never change the output.
    W4,
    /// One poll takes at most 128 items, and refills what it holds besides.
    W5,
    /// Wakes after the drop do no harm.
    W6,
    /// Many items handed out at once are those of as many polls.
    W7,
    /// Futures that were admitted go on while the output is blocked.
    G1,
    /// An operator that is full keeps the work admitted upstream moving.
    G1b,
    /// Of inputs that are always ready, none falls behind.
    G2,
    /// Where the order is free, a pending poll holds back no future's result.
    G3,
    /// No more items are held than the operator documents.
    B1,
    /// No more futures are in flight than the operator documents.
    B2,
    /// The items held weigh no more than the operator documents, or it is one
    /// heavy item alone.
    B3,
    /// The state is bounded, however long the input is.
    B4,
    /// The order of the items is kept.
    O1,
    /// No item is lost.
    O2,
    /// The order of the items with one key is kept.
    O3,
    /// The output is what the model says.
    O4,
    /// Items taken are held, emitted, or counted as dropped.
    O5,
    /// Each item comes at one port, and none is missing.
    O6,
    /// Watermarks only rise, and no record follows one that is past its time.
    O7,
    /// Dropping the operator releases its inputs, items and futures.
    C1,
    /// Dropping a pending `next()` loses nothing.
    C2,
    /// Taking the remainder gives everything that is held, in order.
    C3,
    /// Once stopped, it takes nothing more and ends; stopping again changes
    /// nothing.
    C4,
    /// An operator that ends early releases its inputs when it ends.
    C5,
    /// No waker is kept after the drop.
    C6,
    /// After a panic nothing is repeated or made up, and nothing waits for ever.
    P1,
    /// A finalizer runs once.
    P3,
    /// Nothing is emitted before its time.
    T1,
    /// Nothing is emitted more than one tick after its time.
    T2,
    /// No item is held longer than the linger while the consumer is polling.
    T3,
    /// No window of time has more items than the rate allows.
    T4,
    /// Nobody is woken while nothing is held and the inputs are silent.
    T5,
}

/// The law that a run broke first, and the script that shows it.
#[derive(Clone, Debug)]
pub struct Broken {
    pub(super) law: Law,
    pub(super) detail: String,
    pub(super) script: String,
}

impl Broken {
    /// The law.
    pub fn law(&self) -> Law {
        self.law
    }

    /// What was found, in words.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The shortest script found that breaks the law, in `Debug` form.
    pub fn script(&self) -> &str {
        &self.script
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            law,
            detail,
            script,
        } = self;
        write!(f, "law {law:?} is broken: {detail}\nby the script {script}")
    }
}

impl Error for Broken {}
