use std::sync::Arc;
use std::time::Duration;

use super::super::report::{EdgeReport, NodeReport, RunReport};
use super::{Bottleneck, LossyEdge, Remedy, SlowNode};

/// Past this share of the time something held the run up.
const HELD_UP: f64 = 0.5;

/// An edge that lost less of the time than this is as large as it need be.
const LOST: f64 = 0.02;

impl RunReport {
    /// Says what held the run up: the node with the highest share of busy
    /// time on the busiest worker, or the one that the others waited for, and
    /// the edge that lost most of the time to being full and being empty by
    /// turns.
    ///
    /// `None` if neither stands out: the run then waited for its sources.
    ///
    /// # Examples
    ///
    /// ```
    /// use millpond::Pipeline;
    /// use millpond::stages::FromIter;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), millpond::RunError> {
    /// let report = Pipeline::named("digests")
    ///     .source(FromIter::new(0..200_u64))
    ///     .node("digest", |numbers| {
    ///         numbers.map(|n| (0..100_000).fold(n, |hash, i| hash.rotate_left(5) ^ i))
    ///     })
    ///     .for_each("print", drop)
    ///     .run()
    ///     .await?;
    ///
    /// let bottleneck = report.bottleneck().expect("there is work to do");
    /// assert_eq!(&*bottleneck.node.expect("and a node that does it").node, "digest");
    /// # Ok(())
    /// # }
    /// ```
    pub fn bottleneck(&self) -> Option<Bottleneck> {
        let node = self.busiest().or_else(|| self.waited_for());
        let edge = self.lossiest();
        (node.is_some() || edge.is_some()).then_some(Bottleneck { node, edge })
    }

    /// What the run was at work on for most of the time, if for most of the
    /// time its worker was at work.
    fn busiest(&self) -> Option<SlowNode> {
        let units = self.nodes.iter().map(|node| self.unit(node));
        let share = |unit: &SlowNode| unit.busy.max(unit.worker_busy);
        // Of the nodes on one worker, the one that does most there.
        let busiest = units.max_by(|a, b| {
            let by_share = share(a).total_cmp(&share(b));
            by_share.then(a.busy.total_cmp(&b.busy))
        })?;
        (share(&busiest) >= HELD_UP).then_some(busiest)
    }

    /// A node that keeps those before it waiting though it does little, and
    /// that nobody behind it keeps waiting.
    fn waited_for(&self) -> Option<SlowNode> {
        // An edge that drops was full, but nobody waited for it.
        let blocked = |edge: &EdgeReport| match edge.counts.dropped() {
            0 => self.share(edge.counts.blocked),
            _ => 0.0,
        };
        let waits = |node: &&NodeReport| {
            let mut after = self.edges.iter().filter(|edge| edge.from == node.node);
            after.all(|edge| blocked(edge) < HELD_UP)
        };
        let kept_waiting = |node: &NodeReport| {
            let before = self.edges.iter();
            let before = before.filter(|edge| edge.to.as_ref() == Some(&node.node));
            before.map(blocked).fold(0.0, f64::max)
        };
        let slow = self.nodes.iter().filter(waits);
        let slow = slow.max_by(|a, b| kept_waiting(a).total_cmp(&kept_waiting(b)))?;
        (kept_waiting(slow) >= HELD_UP).then(|| SlowNode {
            remedy: Remedy::MoreConcurrency,
            ..self.unit(slow)
        })
    }

    fn lossiest(&self) -> Option<LossyEdge> {
        let lost = |edge: &EdgeReport| edge.counts.blocked.min(edge.counts.starved);
        let edge = self.edges.iter().max_by_key(|edge| lost(edge))?;
        let share = self.share(lost(edge));
        let to = edge.to.as_ref().filter(|_| share >= LOST)?;
        Some(LossyEdge {
            from: Arc::clone(&edge.from),
            to: Arc::clone(to),
            capacity: edge.counts.capacity,
            lost: lost(edge),
            share,
        })
    }

    /// A node, or all replicas of one.
    fn unit(&self, node: &NodeReport) -> SlowNode {
        let same = |other: &&NodeReport| match &node.replica_of {
            Some(name) => other.replica_of.as_ref() == Some(name),
            None => other.node == node.node,
        };
        let members: Vec<_> = self.nodes.iter().filter(same).collect();
        let mean = |of: &dyn Fn(&NodeReport) -> f64| {
            let count = u32::try_from(members.len()).unwrap_or(u32::MAX);
            members.iter().map(|node| of(node)).sum::<f64>() / f64::from(count)
        };
        let busy = mean(&|node| self.share(node.busy));
        let worker_busy = mean(&|node| self.worker_busy(node.worker));
        let sends_only = |edge: &EdgeReport| edge.to.as_ref() != Some(&node.node);
        let remedy = if worker_busy > busy / 0.75 {
            self.remedy_on_shared_worker(node)
        } else if node.replica_of.is_some() {
            Remedy::MoreReplicas
        } else if self.edges.iter().all(sends_only) {
            Remedy::FasterSource
        } else {
            Remedy::Replicate
        };
        SlowNode {
            stage: Arc::clone(&node.stage),
            node: Arc::clone(node.replica_of.as_ref().unwrap_or(&node.node)),
            replicas: members.len(),
            busy,
            worker_busy,
            remedy,
        }
    }

    /// What helps a node that gets too little of its worker's time.
    fn remedy_on_shared_worker(&self, node: &NodeReport) -> Remedy {
        let last = self.nodes.iter().map(|node| node.worker).max();
        if last.is_none_or(|last| last + 1 >= self.max_workers) {
            Remedy::MoreWorkers
        } else if node.own_worker {
            Remedy::OthersApart
        } else {
            Remedy::OwnWorker
        }
    }

    fn worker_busy(&self, worker: usize) -> f64 {
        let on_it = self.nodes.iter().filter(|node| node.worker == worker);
        on_it
            .map(|node| self.share(node.busy))
            .sum::<f64>()
            .min(1.0)
    }

    /// The share of the run that a time in it was, 1 at most: what is
    /// estimated may come out longer.
    pub(in crate::runtime) fn share(&self, time: Duration) -> f64 {
        if self.elapsed.is_zero() {
            return 0.0;
        }
        (time.as_secs_f64() / self.elapsed.as_secs_f64()).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::report::{Ending, NodeEnding};
    use super::*;
    use crate::edge::EdgeCounts;

    /// A chain of nodes that were at work for so many per cent of 100 s, each
    /// on the worker given.
    fn chain(nodes: &[(&str, u64, usize)]) -> RunReport {
        let of_chain = nodes.iter().map(|(name, busy, worker)| NodeReport {
            stage: (*name).into(),
            node: (*name).into(),
            received: 0,
            emitted: 0,
            dead_lettered: 0,
            worker: *worker,
            own_worker: false,
            replica_of: None,
            busy: Duration::from_secs(*busy),
            ending: NodeEnding::Finished,
        });
        let edges = nodes.windows(2).map(|pair| EdgeReport {
            from: pair[0].0.into(),
            to: Some(pair[1].0.into()),
            message: "u8".to_owned(),
            dead_letters: false,
            counts: EdgeCounts::default(),
        });
        RunReport {
            pipeline: "made".to_owned(),
            ending: Ending::Completed,
            elapsed: Duration::from_secs(100),
            max_workers: 8,
            nodes: of_chain.collect(),
            edges: edges.collect(),
            left_behind: Vec::new(),
        }
    }

    fn lose(report: &mut RunReport, edge: usize, blocked: u64, starved: u64) {
        let counts = &mut report.edges[edge].counts;
        counts.blocked = Duration::from_secs(blocked);
        counts.starved = Duration::from_secs(starved);
        counts.capacity = 8;
    }

    fn text(report: &RunReport) -> String {
        report
            .bottleneck()
            .map_or_else(String::new, |it| it.to_string())
    }

    #[test]
    fn the_busiest_node_on_its_own_worker_shall_be_replicated() {
        let report = chain(&[("read", 20, 0), ("parse", 95, 1), ("write", 40, 2)]);
        let node = report.bottleneck().unwrap().node.unwrap();
        assert_eq!((&*node.node, node.remedy), ("parse", Remedy::Replicate));
        assert!((node.busy - 0.95).abs() < 1e-9);
        assert_eq!(
            text(&report),
            "`parse` was busy 95 % of the time: share its work out with `.replicate(..)`"
        );
    }

    #[test]
    fn the_busiest_node_on_a_full_worker_shall_have_its_own() {
        let report = chain(&[("read", 30, 0), ("parse", 40, 0), ("write", 28, 0)]);
        let node = report.bottleneck().unwrap().node.unwrap();
        assert_eq!((&*node.node, node.remedy), ("parse", Remedy::OwnWorker));
        assert!(text(&report).contains("busy 40 % of the time on a worker that was 98 %"));
    }

    #[test]
    fn a_full_worker_of_many_nodes_goes_before_one_busy_node() {
        let report = chain(&[("read", 30, 0), ("parse", 40, 0), ("write", 45, 1)]);
        let node = report.bottleneck().unwrap().node.unwrap();
        assert_eq!((&*node.node, node.remedy), ("parse", Remedy::OwnWorker));
    }

    #[test]
    fn a_node_on_a_full_worker_is_told_of_no_worker_that_it_cannot_get() {
        let mut report = chain(&[("read", 30, 0), ("parse", 40, 1), ("write", 38, 1)]);
        report.nodes[1].own_worker = true;
        let node = report.bottleneck().unwrap().node.unwrap();
        assert_eq!((&*node.node, node.remedy), ("parse", Remedy::OthersApart));
        assert!(text(&report).ends_with(
            "on a worker that was 78 %: \
             give the nodes that share its worker others with `.on(Placement::Own)`"
        ));
        report.max_workers = 2;
        let node = report.bottleneck().unwrap().node.unwrap();
        assert_eq!(node.remedy, Remedy::MoreWorkers);
        assert!(text(&report).contains("all workers are in use, so give the run more"));
    }

    #[test]
    fn a_busy_source_shall_be_made_faster() {
        let report = chain(&[("read", 90, 0), ("write", 10, 1)]);
        assert_eq!(
            report.bottleneck().unwrap().node.unwrap().remedy,
            Remedy::FasterSource
        );
    }

    #[test]
    fn replicas_count_as_one_by_their_mean() {
        let mut report = chain(&[
            ("read", 20, 0),
            ("a", 99, 1),
            ("b", 61, 2),
            ("write", 70, 3),
        ]);
        for replica in 1..=2 {
            report.nodes[replica].replica_of = Some("parse".into());
        }
        let node = report.bottleneck().unwrap().node.unwrap();
        assert_eq!((&*node.node, node.replicas), ("parse", 2));
        assert_eq!(node.remedy, Remedy::MoreReplicas);
        assert!((node.busy - 0.8).abs() < 1e-9);
    }

    #[test]
    fn a_node_that_waits_for_calls_shall_have_more_of_them() {
        let mut report = chain(&[("read", 2, 0), ("ask", 1, 0), ("write", 1, 0)]);
        lose(&mut report, 0, 90, 0);
        lose(&mut report, 1, 0, 95);
        let node = report.bottleneck().unwrap().node.unwrap();
        assert_eq!((&*node.node, node.remedy), ("ask", Remedy::MoreConcurrency));
        assert_eq!(report.bottleneck().unwrap().edge, None);
        assert!(
            text(&report).starts_with(
                "`ask` kept those before it waiting and was busy 1 % of the time: let"
            )
        );
    }

    #[test]
    fn a_node_that_is_kept_waiting_itself_is_not_the_one() {
        let mut report = chain(&[("read", 2, 0), ("pass", 1, 0), ("write", 1, 0)]);
        lose(&mut report, 0, 95, 0);
        lose(&mut report, 1, 90, 0);
        let node = report.bottleneck().unwrap().node.unwrap();
        assert_eq!(&*node.node, "write");
    }

    #[test]
    fn a_node_behind_an_edge_that_drops_holds_nobody_up() {
        let mut report = chain(&[("read", 2, 0), ("sample", 1, 0)]);
        lose(&mut report, 0, 95, 0);
        assert!(report.bottleneck().is_some());
        report.edges[0].counts.dropped_newest = 7;
        assert_eq!(report.bottleneck(), None);
    }

    #[test]
    fn the_edge_that_lost_most_is_full_and_empty_by_turns() {
        let mut report = chain(&[("read", 20, 0), ("parse", 30, 1), ("write", 30, 2)]);
        lose(&mut report, 0, 60, 1);
        lose(&mut report, 1, 12, 15);
        let edge = report.bottleneck().unwrap().edge.unwrap();
        assert_eq!((&*edge.from, &*edge.to), ("parse", "write"));
        assert_eq!(edge.lost, Duration::from_secs(12));
        assert!(text(&report).ends_with(
            "the edge `parse -> write` lost up to 12 % of the time, full and empty by turns: \
             give it room for more than 8 with `.capacity(..)`"
        ));
    }

    #[test]
    fn a_run_that_waited_for_its_source_has_no_bottleneck() {
        let mut report = chain(&[("read", 3, 0), ("parse", 2, 0), ("write", 1, 0)]);
        lose(&mut report, 0, 0, 90);
        assert_eq!(report.bottleneck(), None);
        report.elapsed = Duration::ZERO;
        assert_eq!(report.bottleneck(), None);
    }
}
