use std::num::NonZeroUsize;

use millpond::edge::{self, Inlet, Sender};

/// Between which nodes an edge is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nodes of one worker.
    Local,
    /// Nodes of two.
    Remote,
}

/// How many messages the edges of a run may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Setting {
    Fixed(usize),
    /// More than any run here could send.
    Unbounded,
}

impl Setting {
    /// Makes an edge.
    pub(super) fn edge<T>(self, kind: Kind) -> (Sender<T>, Inlet<T>) {
        let capacity = match self {
            Self::Fixed(capacity) => capacity,
            Self::Unbounded => 1 << 30,
        };
        let capacity = NonZeroUsize::new(capacity).expect("an edge holds at least one message");
        match kind {
            Kind::Local => edge::local(capacity),
            Kind::Remote => {
                let (sender, inlet) = edge::remote(capacity);
                (sender.open(), inlet.open())
            }
        }
    }
}
