use std::fmt;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use crate::edge::EdgeCounts;

/// What a run has done: a row per node and per edge.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RunReport {
    /// The name of the pipeline.
    pub pipeline: String,
    /// How the run ended.
    pub ending: Ending,
    /// How long it took.
    pub elapsed: Duration,
    /// How many workers it might have used.
    pub max_workers: usize,
    /// The nodes, in the order of the graph.
    pub nodes: Vec<NodeReport>,
    /// The edges, in the order of the graph.
    pub edges: Vec<EdgeReport>,
    /// Threads that user code did not give back in time.
    pub left_behind: Vec<LeftBehind>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It has not ended: this is a snapshot.
    Running,
    /// Its nodes ended by themselves, most often since the sources did.
    Completed,
    /// It was told to stop, or a node failed; the nodes that were left worked
    /// off what was under way to them.
    Stopped,
    /// It was told to end at once or did not end in time, and what was under
    /// way was dropped.
    Aborted,
}

/// What one node has done.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NodeReport {
    /// The stage of the node.
    pub stage: Arc<str>,
    /// The node.
    pub node: Arc<str>,
    /// Messages it took from its edges.
    pub received: u64,
    /// Messages it put on its edges, dead letters aside; for a partition also
    /// those for a branch that had left.
    pub emitted: u64,
    /// Dead letters it made.
    pub dead_lettered: u64,
    /// The worker it ran on, counted from 0.
    pub worker: usize,
    /// Whether it was given that worker, instead of staying with the node
    /// before it; others may have stayed with it there.
    pub own_worker: bool,
    /// The name that its replicas have in common, if it is one of several.
    pub replica_of: Option<Arc<str>>,
    /// How long it was at work, on the wall clock. An estimate for a node that
    /// does little at a time: one turn of it in 17 is timed.
    pub busy: Duration,
    /// How it ended.
    pub ending: NodeEnding,
}

/// How a node ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeEnding {
    /// Not at all, or it was dropped by an abort.
    Running,
    /// Its work was done, or nobody was left to do it for.
    Finished,
    /// By an error or a panic.
    Failed,
}

/// What has passed one edge.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EdgeReport {
    /// The node that sends.
    pub from: Arc<str>,
    /// The node that receives; none for dead letters that nobody reads.
    pub to: Option<Arc<str>>,
    /// The message type.
    pub message: String,
    /// Whether it carries dead letters.
    pub dead_letters: bool,
    /// Its totals.
    pub counts: EdgeCounts,
}

/// A thread that did not end in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftBehind {
    /// The name of the thread.
    pub thread: String,
    /// The stage it is stuck in, if it is a worker.
    pub stage: Option<Arc<str>>,
    /// The node it is stuck in, if it is a worker.
    pub node: Option<Arc<str>>,
}

impl NodeReport {
    /// Messages that went in and did not come out one for one: filtered,
    /// gathered into groups, written by a sink, or held when the node ended.
    /// Negative for a node that makes more messages than it takes.
    pub fn absorbed(&self) -> i128 {
        i128::from(self.received) - i128::from(self.emitted) - i128::from(self.dead_lettered)
    }
}

impl EdgeReport {
    fn write_drops(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = &self.counts;
        let reasons = [
            (counts.dropped_newest, "newest"),
            (counts.dropped_oldest, "oldest"),
            (counts.dropped_failing, "when it failed"),
        ];
        let reasons = reasons.iter().filter(|(count, _)| *count > 0);
        let reasons: Vec<_> = reasons
            .map(|(count, why)| format!("{count} {why}"))
            .collect();
        let to = self.to.as_deref().unwrap_or("(nothing)");
        let (dropped, reasons) = (counts.dropped(), reasons.join(", "));
        writeln!(f, "  {} -> {to} dropped {dropped} ({reasons})", self.from)
    }
}

impl RunReport {
    /// The row of the node called `name`.
    ///
    /// # Panics
    ///
    /// Panics if the pipeline has no such node; the message lists those it has.
    #[track_caller]
    pub fn node(&self, name: &str) -> &NodeReport {
        match self.nodes.iter().find(|node| &*node.node == name) {
            Some(found) => found,
            None => self.no_node(name),
        }
    }

    #[track_caller]
    #[expect(clippy::panic, reason = "as the docs of `node` say")]
    fn no_node(&self, name: &str) -> ! {
        let known: Vec<_> = self.nodes.iter().map(|node| &*node.node).collect();
        panic!("the pipeline has no node `{name}`; it has {known:?}");
    }

    /// Messages that were on an edge when the node behind it went away.
    pub fn discarded(&self) -> u64 {
        self.edges
            .iter()
            .filter(|edge| !edge.dead_letters || edge.to.is_some())
            .map(|edge| edge.counts.discarded)
            .sum()
    }

    /// Messages that edges dropped because they were full.
    pub fn dropped(&self) -> u64 {
        self.edges.iter().map(|edge| edge.counts.dropped()).sum()
    }

    /// Dead letters of all nodes, read by somebody or not.
    pub fn dead_lettered(&self) -> u64 {
        self.nodes.iter().map(|node| node.dead_lettered).sum()
    }

    /// The edges that do not conserve messages: `sent` differs from
    /// `received + dropped + discarded` though nobody is left to hold the difference.
    ///
    /// Empty after every run that left no thread behind.
    pub fn unaccounted(&self) -> Vec<&EdgeReport> {
        self.edges
            .iter()
            .filter(|edge| {
                let counts = &edge.counts;
                counts.sent != counts.received + counts.dropped() + counts.discarded
            })
            .collect()
    }

    /// What a program should exit with: 0 when completed, 130 when stopped
    /// with everything worked off, 3 when aborted.
    pub fn exit_code(&self) -> ExitCode {
        match self.ending {
            Ending::Running | Ending::Completed => ExitCode::SUCCESS,
            Ending::Stopped => ExitCode::from(130),
            Ending::Aborted => ExitCode::from(3),
        }
    }
}

impl fmt::Display for RunReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ending = match self.ending {
            Ending::Running => "running",
            Ending::Completed => "completed",
            Ending::Stopped => "stopped",
            Ending::Aborted => "aborted",
        };
        writeln!(
            f,
            "{} {ending} after {:.1?}, {} discarded on edges, {} dead letters",
            self.pipeline,
            self.elapsed,
            self.discarded(),
            self.dead_lettered(),
        )?;
        let width = self.nodes.iter().map(|node| node.node.len()).max();
        let width = width.unwrap_or(0).max("node".len());
        writeln!(
            f,
            "  {:width$} {:>10} {:>10} {:>10} {:>10} {:>6}",
            "node", "received", "emitted", "absorbed", "dead", "busy",
        )?;
        for node in &self.nodes {
            let failed = match node.ending {
                NodeEnding::Failed => "  failed",
                NodeEnding::Running | NodeEnding::Finished => "",
            };
            // A node that makes messages absorbs none.
            let absorbed = match node.absorbed() {
                made if made < 0 => "-".to_owned(),
                absorbed => absorbed.to_string(),
            };
            writeln!(
                f,
                "  {:width$} {:>10} {:>10} {absorbed:>10} {:>10} {:>4.0} %{failed}",
                node.node,
                node.received,
                node.emitted,
                node.dead_lettered,
                self.share(node.busy) * 100.0,
            )?;
        }
        for edge in self.edges.iter().filter(|edge| edge.counts.dropped() > 0) {
            edge.write_drops(f)?;
        }
        if let Some(bottleneck) = self.bottleneck() {
            writeln!(f, "  bottleneck: {bottleneck}")?;
        }
        for left in &self.left_behind {
            let node = left.node.as_deref().unwrap_or("no node");
            writeln!(f, "  left behind: thread {}, stuck in {node}", left.thread)?;
        }
        Ok(())
    }
}
