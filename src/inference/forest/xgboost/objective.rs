use crate::inference::forest::{Link, Task};

/// What an objective makes of margins, and of the score that they begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Objective {
    Value,
    Logistic,
    LogisticClass,
    Step,
    Exp,
    Softmax,
}

impl Objective {
    pub(super) const KNOWN: &str =
        "one of `reg:*`, `binary:*`, `multi:*`, `rank:*`, `count:poisson` and `survival:*`";

    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "reg:squarederror"
            | "reg:linear"
            | "reg:squaredlogerror"
            | "reg:absoluteerror"
            | "reg:pseudohubererror"
            | "reg:quantileerror"
            | "reg:expectileerror"
            | "rank:ndcg"
            | "rank:map"
            | "rank:pairwise"
            | "binary:logitraw" => Self::Value,
            "reg:logistic" => Self::Logistic,
            "binary:logistic" => Self::LogisticClass,
            "binary:hinge" => Self::Step,
            "multi:softmax" | "multi:softprob" => Self::Softmax,
            "count:poisson" | "reg:gamma" | "reg:tweedie" | "survival:cox" | "survival:aft" => {
                Self::Exp
            }
            _ => return None,
        })
    }

    /// The margin that stands for a score.
    pub(super) fn margin(self, score: f32) -> f32 {
        match self {
            Self::Value | Self::Step | Self::Softmax => score,
            Self::Logistic | Self::LogisticClass => -(1.0 / score - 1.0).ln(),
            Self::Exp => score.ln(),
        }
    }

    pub(super) fn link(self) -> Link {
        match self {
            Self::Value => Link::Identity,
            Self::Logistic | Self::LogisticClass => Link::Logistic { slope: 1.0 },
            Self::Step => Link::Step,
            Self::Exp => Link::Exp,
            Self::Softmax => Link::Softmax,
        }
    }

    pub(super) fn task(self) -> Task {
        match self {
            Self::Value | Self::Logistic | Self::Exp => Task::Regression,
            Self::LogisticClass | Self::Step => Task::Binary,
            Self::Softmax => Task::Multiclass,
        }
    }
}
