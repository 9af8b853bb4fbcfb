use std::fmt;
use std::pin::Pin;

use futures_core::stream::FusedStream;
use tokio::time::Duration;

use super::{Laws, Token};
use crate::Progress;

type Remainder<P> = dyn Fn(Pin<&mut P>) -> Vec<Token>;
type OfItem<T, R> = dyn Fn(&T) -> R;

/// What the operator documents.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a line of `laws!` of its own"
)]
pub(super) struct Limits<P: Progress> {
    pub(super) look_ahead: Option<usize>,
    pub(super) in_flight: usize,
    pub(super) linger: Option<Duration>,
    pub(super) weighted: Option<(usize, Box<OfItem<Token, usize>>)>,
    pub(super) state: Option<(usize, Box<OfItem<P, usize>>)>,
    pub(super) fair: Option<usize>,
    pub(super) rate: Option<(usize, Duration)>,
    pub(super) event_time: Option<Box<OfItem<P::Item, Mark>>>,
    pub(super) finalizer: bool,
    pub(super) stops: bool,
    pub(super) remainder: Option<Box<Remainder<P>>>,
    pub(super) dropped: Option<Box<OfItem<P, u64>>>,
    pub(super) terminal: Option<Box<OfItem<P::Item, bool>>>,
    pub(super) order: Order<P::Item>,
    pub(super) cancelling: bool,
    pub(super) without_progress: bool,
    pub(super) panics_change_the_rest: bool,
}

/// What an item is in event time, for law [`O7`](super::Law::O7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A record of this time.
    Record(i64),
    /// No record of this time or before follows.
    Watermark(i64),
    /// A record that is known to be late, and may have any time.
    Late,
}

/// The items among which the order is kept.
pub(super) enum Order<T> {
    All,
    OfKey(Box<OfItem<T, u32>>),
    OfPort(Box<OfItem<T, usize>>),
    None,
}

impl<P: Progress> Limits<P> {
    pub(super) fn none() -> Self {
        Self {
            look_ahead: None,
            in_flight: 0,
            linger: None,
            weighted: None,
            state: None,
            fair: None,
            rate: None,
            event_time: None,
            finalizer: false,
            stops: false,
            remainder: None,
            dropped: None,
            terminal: None,
            order: Order::All,
            cancelling: false,
            without_progress: false,
            panics_change_the_rest: false,
        }
    }

    /// How many items may be held. Weights bound their number themselves.
    pub(super) fn look_ahead(&self) -> usize {
        let unsaid = if self.weighted.is_some() {
            usize::MAX
        } else {
            0
        };
        self.look_ahead.unwrap_or(unsaid)
    }

    /// Whether the output ends with the item.
    pub(super) fn ends_with(&self, item: &P::Item) -> bool {
        self.terminal.as_ref().is_some_and(|ends| ends(item))
    }
}

impl<T> Order<T> {
    /// The group of the item, within which the order is kept.
    pub(super) fn group(&self, item: &T) -> usize {
        match self {
            Self::OfKey(key) => key(item) as usize,
            Self::OfPort(port) => port(item),
            Self::All | Self::None => 0,
        }
    }
}

/// What the operator documents: each method is also a line of [`laws!`](crate::laws).
impl<const N: usize, P> Laws<N, P>
where
    P: Progress + FusedStream,
    P::Item: fmt::Debug + PartialEq,
{
    /// Allows so many items to be held (law [`B1`](super::Law::B1)); none, if not called.
    pub fn look_ahead(mut self, max_items: usize) -> Self {
        self.limits.look_ahead = Some(max_items);
        self
    }

    /// Allows so many futures in flight (law [`B2`](super::Law::B2)); none, if not called.
    pub fn in_flight(mut self, max_futures: usize) -> Self {
        self.limits.in_flight = max_futures;
        self
    }

    /// Allows items to be held whose costs sum up to `max`, or one that costs
    /// more alone (law [`B3`](super::Law::B3)).
    ///
    /// Their number is unlimited then, unless [`look_ahead`](Self::look_ahead)
    /// is called too. In `laws!`: `weighted: (10, Token::cost)`.
    pub fn weighted(mut self, (max, cost): (usize, impl Fn(&Token) -> usize + 'static)) -> Self {
        self.limits.weighted = Some((max, Box::new(cost)));
        self
    }

    /// Allows what `size` says of the operator to grow to `max` (law
    /// [`B4`](super::Law::B4)).
    ///
    /// In `laws!`: `state: (2, |op| op.live_keys())`.
    pub fn state(mut self, (max, size): (usize, impl Fn(&P) -> usize + 'static)) -> Self {
        self.limits.state = Some((max, Box::new(size)));
        self
    }

    /// Demands that of inputs that are always ready none gets more than
    /// `max_gap` items ahead of another that still lives (law
    /// [`G2`](super::Law::G2)).
    pub fn fair(mut self, max_gap: usize) -> Self {
        self.limits.fair = Some(max_gap);
        self
    }

    /// Demands that no item is held longer (law [`T3`](super::Law::T3)).
    pub fn linger(mut self, max_wait: Duration) -> Self {
        self.limits.linger = Some(max_wait);
        self
    }

    /// Demands that in any window of time at most `burst` items come, and one
    /// more for each `period` in it (law [`T4`](super::Law::T4)).
    ///
    /// In `laws!`: `rate: (2, Duration::from_millis(10))`.
    pub fn rate(mut self, (burst, period): (usize, Duration)) -> Self {
        self.limits.rate = Some((burst, period));
        self
    }

    /// Demands that watermarks only rise, and that no record follows one that
    /// is past its time (law [`O7`](super::Law::O7)).
    pub fn event_time(mut self, mark: impl Fn(&P::Item) -> Mark + 'static) -> Self {
        self.limits.event_time = Some(Box::new(mark));
        self
    }

    /// Demands that each [`finalizer`](super::Source::finalizer) is run once
    /// (law [`P3`](super::Law::P3)).
    pub fn finalizer(mut self) -> Self {
        self.limits.finalizer = true;
        self
    }

    /// Stops the operator as [`on_stop`](super::Source::on_stop) says, twice,
    /// and demands that it takes nothing more and ends (law
    /// [`C4`](super::Law::C4)).
    pub fn stops(mut self) -> Self {
        self.limits.stops = true;
        self
    }

    /// Demands that `take` gives back all that is held (law [`C3`](super::Law::C3)).
    pub fn remainder(mut self, take: impl Fn(Pin<&mut P>) -> Vec<Token> + 'static) -> Self {
        self.limits.remainder = Some(Box::new(take));
        self
    }

    /// Demands that `count` tells how many of the items that were taken are
    /// neither held nor emitted (law [`O5`](super::Law::O5)).
    pub fn dropped(mut self, count: impl Fn(&P) -> u64 + 'static) -> Self {
        self.limits.dropped = Some(Box::new(count));
        self
    }

    /// Demands that an item for which `ends` holds is the last one, and comes
    /// once (law [`S6`](super::Law::S6)).
    pub fn terminal(mut self, ends: impl Fn(&P::Item) -> bool + 'static) -> Self {
        self.limits.terminal = Some(Box::new(ends));
        self
    }

    /// Compares without regard to order, except among items with one key (law
    /// [`O3`](super::Law::O3)).
    pub fn keyed(mut self, key: impl Fn(&P::Item) -> u32 + 'static) -> Self {
        self.limits.order = Order::OfKey(Box::new(key));
        self
    }

    /// Compares without regard to order, except among items of one port, and
    /// demands that each item comes at its port only (law [`O6`](super::Law::O6)).
    ///
    /// The ports are merged into one output for the test, with their number in
    /// the item.
    pub fn ports(mut self, port: impl Fn(&P::Item) -> usize + 'static) -> Self {
        self.limits.order = Order::OfPort(Box::new(port));
        self
    }

    /// Compares without regard to order.
    pub fn unordered(mut self) -> Self {
        self.limits.order = Order::None;
        self
    }

    /// Says that the operator under test drops a future at each pending poll.
    ///
    /// It then stands for that future: an item lost breaks law
    /// [`C2`](super::Law::C2).
    pub fn cancelling(mut self) -> Self {
        self.limits.cancelling = true;
        self
    }

    /// Says that a panic of a closure loses more than its item, so that the
    /// items after it are not those that the model makes of the others.
    ///
    /// Then law [`P1`](super::Law::P1) looks at panics of the inputs only.
    pub fn panics_change_the_rest(mut self) -> Self {
        self.limits.panics_change_the_rest = true;
        self
    }

    /// Leaves out what streams of other crates cannot do: `poll_progress` is
    /// never called, and the laws [`G1`](super::Law::G1) and
    /// [`G1b`](super::Law::G1b) are not checked.
    pub fn without_progress(mut self) -> Self {
        self.limits.without_progress = true;
        self
    }
}
