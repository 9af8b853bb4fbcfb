use std::any::Any;
use std::fmt;

use crate::edge::{Capacity, DropReason, Overflow, Settings};

type Weigh<T> = Box<dyn Fn(&T) -> usize + Send>;
type OnDrop<T> = Box<dyn FnMut(T, DropReason) + Send>;

/// What an edge of a graph shall be like, its message type hidden.
pub(crate) struct EdgeSpec {
    pub(crate) capacity: Capacity,
    pub(crate) overflow: Overflow,
    /// The [`Hooks`] of its message type, if it has any.
    pub(crate) hooks: Option<Box<dyn Any + Send>>,
    /// Told of each message that the edge drops.
    pub(crate) on_full: Box<dyn FnMut(DropReason) + Send>,
}

/// What an edge calls of its user's.
pub(crate) struct Hooks<T> {
    pub(crate) weigh: Option<Weigh<T>>,
    pub(crate) on_drop: Option<OnDrop<T>>,
}

impl<T> Default for Hooks<T> {
    fn default() -> Self {
        Self {
            weigh: None,
            on_drop: None,
        }
    }
}

impl EdgeSpec {
    /// The same for those who know the message type.
    pub(crate) fn settings<T: 'static>(self) -> Settings<T> {
        let hooks = self.hooks.and_then(|hooks| hooks.downcast().ok());
        let Hooks { weigh, mut on_drop } = hooks.map_or_else(Hooks::default, |hooks| *hooks);
        let mut settings = Settings::new(self.capacity).overflow(self.overflow);
        if let Some(weigh) = weigh {
            settings = settings.weigh(weigh);
        }
        let mut on_full = self.on_full;
        settings.on_drop(move |message, reason| {
            on_full(reason);
            if let Some(on_drop) = &mut on_drop {
                on_drop(message, reason);
            }
        })
    }
}

impl fmt::Debug for EdgeSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EdgeSpec")
            .field("capacity", &self.capacity)
            .field("overflow", &self.overflow)
            .finish_non_exhaustive()
    }
}
