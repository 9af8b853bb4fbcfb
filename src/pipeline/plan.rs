use std::num::NonZeroUsize;

use crate::graph::{Cost, Graph, Placement};

/// Which worker runs which node.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// For each node, its worker.
    pub(crate) worker_of: Vec<usize>,
    /// How many workers there are.
    pub(crate) workers: usize,
}

/// Places the nodes of a graph on at most `limit` workers.
///
/// A thread boundary stands only where it pays, since a wake across threads
/// costs more than most nodes' work: light nodes stay on the worker of the
/// node before them, and a heavy or blocking node starts another one. When
/// the limit is reached, it gets the worker with the fewest nodes other than
/// the one before it.
pub(crate) fn plan(graph: &Graph, limit: NonZeroUsize) -> Plan {
    let mut nodes_on: Vec<usize> = Vec::new();
    let mut worker_of: Vec<usize> = Vec::with_capacity(graph.nodes.len());
    for (index, node) in graph.nodes.iter().enumerate() {
        let before = graph
            .edges
            .iter()
            .find(|edge| edge.to == Some(index))
            .map(|edge| worker_of[edge.from]);
        let own = match (node.placement, node.cost) {
            (Placement::Inherit, _) | (Placement::ByCost, Cost::Light) => false,
            (Placement::Own, _) | (Placement::ByCost, Cost::Heavy | Cost::Blocking) => true,
        };
        let worker = match before {
            Some(before) if !own => before,
            _ if own && nodes_on.len() < limit.get() => nodes_on.len(),
            _ => least_used(&nodes_on, before.filter(|_| own)),
        };
        if worker == nodes_on.len() {
            nodes_on.push(0);
        }
        nodes_on[worker] += 1;
        worker_of.push(worker);
    }
    Plan {
        worker_of,
        workers: nodes_on.len(),
    }
}

/// The worker with the fewest nodes, not `except` if there is another.
fn least_used(nodes_on: &[usize], except: Option<usize>) -> usize {
    (0..nodes_on.len())
        .filter(|worker| Some(*worker) != except)
        .min_by_key(|worker| nodes_on[*worker])
        .or(except)
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Pipeline;
    use crate::stages::FromIter;

    fn placed(costs: &[Cost], limit: usize) -> Vec<usize> {
        let pipeline = Pipeline::named("plan");
        let mut outlet = pipeline.source(FromIter::new(0..1)).cost(costs[0]);
        for (index, cost) in costs[1..].iter().enumerate() {
            outlet = outlet.node(&index.to_string(), |flow| flow).cost(*cost);
        }
        outlet.ignore();
        plan(&pipeline.graph(), NonZeroUsize::new(limit).unwrap()).worker_of
    }

    #[test]
    fn light_nodes_share_the_worker_of_their_source() {
        assert_eq!(placed(&[Cost::Light; 4], 8), [0, 0, 0, 0, 0]);
    }

    #[test]
    fn a_heavy_node_starts_a_worker_and_those_after_it_stay() {
        let costs = [Cost::Light, Cost::Heavy, Cost::Light, Cost::Blocking];
        assert_eq!(placed(&costs, 8), [0, 1, 1, 2, 2]);
    }

    #[test]
    fn past_the_limit_a_heavy_node_takes_the_least_used_other_worker() {
        let costs = [Cost::Light, Cost::Heavy, Cost::Light, Cost::Blocking];
        assert_eq!(placed(&costs, 2), [0, 1, 1, 0, 0]);
        assert_eq!(placed(&costs, 1), [0, 0, 0, 0, 0]);
    }

    #[test]
    fn a_second_light_source_shares_the_least_used_worker() {
        let pipeline = Pipeline::named("plan");
        pipeline.source(FromIter::new(0..1)).ignore();
        pipeline.source(FromIter::new(0..1)).ignore();
        let plan = plan(&pipeline.graph(), NonZeroUsize::new(4).unwrap());
        assert_eq!(plan.worker_of, [0, 0, 0, 0]);
        assert_eq!(plan.workers, 1);
    }

    #[test]
    fn a_user_overrides_the_plan() {
        let pipeline = Pipeline::named("plan");
        pipeline
            .source(FromIter::new(0..1))
            .node("apart", |flow| flow)
            .on(Placement::Own)
            .node("heavy", |flow| flow)
            .cost(Cost::Heavy)
            .on(Placement::Inherit)
            .ignore();
        let plan = plan(&pipeline.graph(), NonZeroUsize::new(4).unwrap());
        assert_eq!(plan.worker_of, [0, 1, 1, 1]);
    }
}
