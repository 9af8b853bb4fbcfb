use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;

use crate::graph::{Cost, NodeInfo, Placement};

/// Why a node runs where it does.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// There was no worker yet.
    First,
    /// A source that asks for no worker of its own.
    Source(Wish),
    /// It stays where this node is.
    With(Wish, Arc<str>),
    /// It started a worker.
    Own(Wish),
    /// It wanted another worker, and there was none left.
    Shares(Wish, NonZeroUsize),
}

/// What a node asks of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// By its cost.
    Cost(Cost),
    /// As one of several replicas.
    Replica,
    /// By its placement, which the user gave.
    Placed(Placement),
}

impl Wish {
    pub(super) fn of(node: &NodeInfo) -> Self {
        match node.placement {
            Placement::ByCost if node.replica_of.is_some() => Self::Replica,
            Placement::ByCost => Self::Cost(node.cost),
            placed => Self::Placed(placed),
        }
    }

    /// Whether it is for another worker than that of the node before.
    pub(super) fn is_apart(self) -> bool {
        match self {
            Self::Cost(cost) => cost != Cost::Light,
            Self::Replica => true,
            Self::Placed(placement) => placement != Placement::Inherit,
        }
    }

    pub(super) fn pool(self) -> Option<NonZeroUsize> {
        match self {
            Self::Placed(Placement::Pool(size)) => Some(size),
            _ => None,
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::First => f.write_str("the first source, so it starts a worker"),
            Self::Source(wish @ Wish::Placed(_)) => write!(
                f,
                "{wish}, and a source has none: it shares the worker with the least to do"
            ),
            Self::Source(wish) => write!(
                f,
                "a {wish} source, so it shares the worker with the least to do"
            ),
            Self::With(wish, before) => write!(f, "{wish}, so it stays with `{before}`"),
            Self::Own(wish @ Wish::Placed(Placement::Pool(_))) => {
                write!(f, "{wish}, so it starts a worker of the pool")
            }
            Self::Own(wish) => write!(f, "{wish}, so a worker of its own"),
            Self::Shares(wish @ Wish::Placed(Placement::Pool(_)), _) => {
                write!(f, "{wish}, so it shares a worker of the pool")
            }
            Self::Shares(wish, limit) => {
                let all = match limit.get() {
                    1 => "there is one worker only".to_owned(),
                    n => format!("all {n} workers are in use"),
                };
                write!(
                    f,
                    "{wish}, but {all}: it shares the one with the least to do"
                )
            }
        }
    }
}

impl fmt::Display for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cost(Cost::Light) => f.write_str("light"),
            Self::Cost(Cost::Heavy) => f.write_str("heavy"),
            Self::Cost(Cost::Blocking) => f.write_str("blocking"),
            Self::Replica => f.write_str("a replica"),
            Self::Placed(Placement::Pool(size)) => write!(f, "placed in the pool of {size}"),
            Self::Placed(Placement::Inherit) => f.write_str("placed with the node before"),
            Self::Placed(_) => f.write_str("placed apart"),
        }
    }
}
