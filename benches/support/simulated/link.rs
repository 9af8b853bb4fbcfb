use std::num::NonZeroUsize;

use millpond::edge::{self, Capacity, Inlet, Sender};

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
    /// As many as the edge finds worth it.
    Adaptive(Capacity),
    /// The same, from another capacity than it would begin with.
    From(usize, Capacity),
}

impl Setting {
    /// Makes an edge.
    pub(super) fn edge<T>(self, kind: Kind) -> (Sender<T>, Inlet<T>) {
        let capacity = match self {
            Self::Fixed(capacity) => Capacity::Fixed(capacity),
            Self::Unbounded => Capacity::Fixed(1 << 30),
            Self::Adaptive(capacity) | Self::From(_, capacity) => capacity,
        };
        let (sender, mut inlet) = match kind {
            Kind::Local => edge::local(capacity),
            Kind::Remote => {
                let (sender, inlet) = edge::remote(capacity);
                (sender.open(), inlet.open())
            }
        };
        if let Self::From(first, _) = self {
            inlet.resize(NonZeroUsize::new(first).expect("an edge holds something"));
        }
        (sender, inlet)
    }
}
