//! What held a run up: the node, the edge, and what would help.

mod find;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What held a run up, and what would change that.
///
/// Made by [`RunReport::bottleneck`](super::RunReport::bottleneck). Its `Display` is a sentence for each.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Bottleneck {
    /// The node that had the most to do, or that the others waited for.
    pub node: Option<SlowNode>,
    /// The edge that lost most of the time.
    pub edge: Option<LossyEdge>,
}

/// A node that held a run up.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SlowNode {
    /// The stage of the node.
    pub stage: Arc<str>,
    /// The node; of replicas, the name that they have in common.
    pub node: Arc<str>,
    /// How many replicas it has.
    pub replicas: usize,
    /// For which share of the run it was at work, from 0 to 1; of replicas,
    /// the mean.
    pub busy: f64,
    /// For which share of the run its worker was at work.
    pub worker_busy: f64,
    /// What would help.
    pub remedy: Remedy,
}

/// What would make a slow node faster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Remedy {
    /// It shares a worker that has no time left.
    OwnWorker,
    /// So does it, and there are no other workers.
    MoreWorkers,
    /// It was given a worker, and others stay with it there.
    OthersApart,
    /// It keeps a worker busy by itself.
    Replicate,
    /// Its replicas keep their workers busy.
    MoreReplicas,
    /// It is a source: all others wait for what it makes.
    FasterSource,
    /// It waits for something outside: calls, timers, files.
    MoreConcurrency,
}

/// An edge that made the node before it wait for room, and in the same run the
/// node behind it for messages.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LossyEdge {
    /// The node that sends.
    pub from: Arc<str>,
    /// The node that receives.
    pub to: Arc<str>,
    /// How much the edge could hold at the end.
    pub capacity: u64,
    /// The time that a larger capacity could win back, at most.
    pub lost: Duration,
    /// Its share of the run, from 0 to 1.
    pub share: f64,
}

impl fmt::Display for Bottleneck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(node) = &self.node {
            write!(f, "{node}")?;
        }
        if let Some(edge) = &self.edge {
            let before = if self.node.is_some() { "; " } else { "" };
            write!(f, "{before}{edge}")?;
        }
        Ok(())
    }
}

impl fmt::Display for SlowNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| share * 100.0;
        write!(f, "`{}`", self.node)?;
        if self.replicas > 1 {
            write!(f, " with its {} replicas", self.replicas)?;
        }
        if self.remedy == Remedy::MoreConcurrency {
            write!(f, " kept those before it waiting and")?;
        }
        write!(f, " was busy {:.0} % of the time", percent(self.busy))?;
        if matches!(
            self.remedy,
            Remedy::OwnWorker | Remedy::MoreWorkers | Remedy::OthersApart
        ) {
            write!(
                f,
                " on a worker that was {:.0} %",
                percent(self.worker_busy)
            )?;
        }
        f.write_str(match self.remedy {
            Remedy::OwnWorker => ": give it a worker of its own with `.on(Placement::Own)`",
            Remedy::MoreWorkers => {
                ": all workers are in use, so give the run more, and this node one of its own \
                 with `.on(Placement::Own)`"
            }
            Remedy::OthersApart => {
                ": give the nodes that share its worker others with `.on(Placement::Own)`"
            }
            Remedy::Replicate => ": share its work out with `.replicate(..)`",
            Remedy::MoreReplicas => ": give it more replicas, if there are processors for them",
            Remedy::FasterSource => ": make the source faster, the others wait for it",
            Remedy::MoreConcurrency => {
                ": let it have more calls under way at once, or make what it waits for faster"
            }
        })
    }
}

impl fmt::Display for LossyEdge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the edge `{} -> {}` lost up to {:.0} % of the time, full and empty by turns: \
             give it room for more than {} with `.capacity(..)`",
            self.from,
            self.to,
            self.share * 100.0,
            self.capacity,
        )
    }
}
