use std::fmt;
use std::time::Duration;

use super::{Capacity, DropReason, Overflow};

/// Says what a message weighs.
pub(super) type Weigh<T> = Box<dyn Fn(&T) -> usize + Send>;

/// Is handed what an edge drops.
pub(super) type OnDrop<T> = Box<dyn FnMut(T, DropReason) + Send>;

/// What a sender calls of its user's for each message.
pub(super) struct Singles<T> {
    pub(super) weigh: Weigh<T>,
    pub(super) on_drop: Option<OnDrop<T>>,
}

/// Everything that can be chosen about an edge.
///
/// A [`Capacity`], or an integer, converts to the settings of an edge that
/// blocks its sender when it is full.
///
/// # Examples
///
/// ```
/// use millpond::edge::{self, Capacity, Overflow, Settings};
///
/// let settings = Settings::new(Capacity::Weighted(1 << 20))
///     .weigh(|line: &String| line.len())
///     .overflow(Overflow::DropOldest)
///     .on_drop(|line, _reason| eprintln!("dropped: {line}"));
/// let (sender, inlet) = edge::local(settings);
/// # drop((sender, inlet));
/// ```
#[must_use = "settings do nothing until an edge is made from them"]
pub struct Settings<T> {
    pub(super) capacity: Capacity,
    pub(super) overflow: Overflow,
    pub(super) weigh: Weigh<T>,
    pub(super) on_drop: Option<OnDrop<T>>,
    pub(super) epoch: Duration,
}

impl<T> Settings<T> {
    /// An edge of this capacity that blocks its sender when it is full.
    pub fn new(capacity: impl Into<Capacity>) -> Self {
        Self {
            capacity: capacity.into(),
            overflow: Overflow::Block,
            weigh: Box::new(|message| size_of_val(message)),
            on_drop: None,
            epoch: Duration::from_millis(5),
        }
    }

    /// What happens to a message that is sent when the edge is full.
    pub fn overflow(mut self, overflow: Overflow) -> Self {
        self.overflow = overflow;
        self
    }

    /// What a message weighs, for [`Capacity::Weighted`].
    ///
    /// Asked once per message, by the sender. No message weighs less than 1.
    pub fn weigh(mut self, weigh: impl Fn(&T) -> usize + Send + 'static) -> Self {
        self.weigh = Box::new(weigh);
        self
    }

    /// Is called by the sender with each message that the edge drops because
    /// it is full.
    pub fn on_drop(mut self, on_drop: impl FnMut(T, DropReason) + Send + 'static) -> Self {
        self.on_drop = Some(Box::new(on_drop));
        self
    }

    /// The shortest time after which an adaptive capacity is looked at again,
    /// 5 ms unless told otherwise; the longest is a hundred times that.
    pub fn epoch(mut self, shortest: Duration) -> Self {
        self.epoch = shortest;
        self
    }
}

impl<T> Settings<T> {
    /// How the sender treats single messages, if the edge takes such.
    pub(super) fn singles(self) -> Option<Box<Singles<T>>> {
        let weighed = matches!(self.capacity, Capacity::Weighted(_));
        (weighed || self.overflow != Overflow::Block).then(|| {
            Box::new(Singles {
                weigh: self.weigh,
                on_drop: self.on_drop,
            })
        })
    }
}

impl<T, C: Into<Capacity>> From<C> for Settings<T> {
    fn from(capacity: C) -> Self {
        Self::new(capacity)
    }
}

impl<T> fmt::Debug for Settings<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("capacity", &self.capacity)
            .field("overflow", &self.overflow)
            .finish_non_exhaustive()
    }
}
