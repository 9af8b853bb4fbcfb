use std::num::NonZeroUsize;
use std::sync::Arc;

use super::why::{Why, Wish};
use crate::edge::{Capacity, DEFAULT_BETWEEN_WORKERS, DEFAULT_WITHIN_WORKER, Overflow};
use crate::graph::{EdgeInfo, Graph};

/// Which worker runs which node, and why.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// For each node, where it runs.
    pub(crate) places: Vec<Place>,
    /// How many workers there are.
    pub(crate) workers: usize,
    /// How many there might be.
    pub(crate) limit: NonZeroUsize,
}

/// Where one node runs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) worker: usize,
    pub(crate) why: Why,
}

/// The workers as they fill up.
struct Workers {
    limit: NonZeroUsize,
    load: Vec<Load>,
    /// The workers of the pool.
    pool: Vec<usize>,
}

/// What a worker has to do: the nodes on it that wanted another worker, and
/// all nodes on it.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Load {
    claims: usize,
    nodes: usize,
}

/// Places the nodes of a graph on at most `limit` workers.
///
/// A thread boundary stands only where it pays, since a wake across threads
/// costs more than most nodes' work: light nodes stay on the worker of the
/// node before them, and a heavy or blocking node starts another one. When
/// the limit is reached, it gets the worker with the least to do.
pub(crate) fn plan(graph: &Graph, limit: NonZeroUsize) -> Plan {
    let mut workers = Workers {
        limit,
        load: Vec::new(),
        pool: Vec::new(),
    };
    let mut places: Vec<Place> = Vec::with_capacity(graph.nodes.len());
    for (index, node) in graph.nodes.iter().enumerate() {
        let before = graph.before(index);
        let wish = Wish::of(node);
        let on = before.map(|before| places[before].worker);
        let (worker, why) = match (wish.pool(), before) {
            (Some(size), _) => workers.in_pool(size, on, wish),
            (None, _) if wish.is_apart() => workers.apart(on, wish),
            (None, Some(before)) => {
                let name = Arc::clone(&graph.nodes[before].name);
                (places[before].worker, Why::With(wish, name))
            }
            (None, None) => workers.for_source(wish),
        };
        workers.put(worker, wish.is_apart());
        places.push(Place { worker, why });
    }
    Plan {
        places,
        workers: workers.load.len(),
        limit,
    }
}

impl Graph {
    /// The node on whose worker a light node stays: most often the one that
    /// its first inlet reads.
    pub(crate) fn before(&self, node: usize) -> Option<usize> {
        let reads = || self.edges.iter().find(|edge| edge.to == Some(node));
        let beside = self.nodes[node].beside;
        beside.or_else(|| reads().map(|edge| edge.from))
    }
}

impl Plan {
    /// Whether a node was given a worker; others may have stayed with it there.
    pub(crate) fn has_own_worker(&self, node: usize) -> bool {
        matches!(self.places[node].why, Why::Own(_))
    }

    pub(crate) fn worker_of(&self, node: usize) -> usize {
        self.places[node].worker
    }

    /// How much an edge may hold: what somebody has said, or what suits it.
    ///
    /// An edge that drops messages when it is full never makes its sender
    /// wait, so one that sizes itself would not grow.
    pub(crate) fn capacity(&self, edge: &EdgeInfo) -> Capacity {
        let from = self.worker_of(edge.from);
        let crosses = edge.to.is_some_and(|to| self.worker_of(to) != from);
        match edge.capacity {
            Some(capacity) => capacity,
            None if crosses && edge.overflow == Overflow::Block => DEFAULT_BETWEEN_WORKERS,
            None => DEFAULT_WITHIN_WORKER,
        }
    }
}

impl Workers {
    fn apart(&self, before: Option<usize>, wish: Wish) -> (usize, Why) {
        if self.load.len() < self.limit.get() {
            (self.load.len(), Why::Own(wish))
        } else {
            let all = 0..self.load.len();
            let least = self.least_used(all, before);
            (least, Why::Shares(wish, self.limit))
        }
    }

    fn in_pool(&mut self, size: NonZeroUsize, before: Option<usize>, wish: Wish) -> (usize, Why) {
        if self.pool.len() >= size.get().min(self.limit.get()) {
            let size = size.get().min(self.pool.len());
            let shared = self.pool[..size].iter().copied();
            let least = self.least_used(shared, None);
            return (least, Why::Shares(wish, self.limit));
        }
        let (worker, why) = if self.load.len() < self.limit.get() {
            (self.load.len(), Why::Own(wish))
        } else {
            let others = (0..self.load.len()).filter(|worker| !self.pool.contains(worker));
            let least = self.least_used(others, before);
            (least, Why::Shares(wish, self.limit))
        };
        self.pool.push(worker);
        (worker, why)
    }

    /// For a source that wants no worker of its own.
    fn for_source(&self, wish: Wish) -> (usize, Why) {
        if self.load.is_empty() {
            (0, Why::First)
        } else {
            (self.least_used(0..self.load.len(), None), Why::Source(wish))
        }
    }

    /// The worker with the least to do; of several, not the one before.
    fn least_used(&self, of: impl Iterator<Item = usize>, before: Option<usize>) -> usize {
        of.min_by_key(|worker| (self.load[*worker], Some(*worker) == before))
            .unwrap_or(0)
    }

    fn put(&mut self, worker: usize, apart: bool) {
        if worker == self.load.len() {
            self.load.push(Load::default());
        }
        self.load[worker].nodes += 1;
        self.load[worker].claims += usize::from(apart);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Pipeline;
    use crate::graph::{Cost, Placement};
    use crate::stages::FromIter;

    fn n(count: usize) -> NonZeroUsize {
        NonZeroUsize::new(count).unwrap()
    }

    fn workers_of(pipeline: &Pipeline, limit: usize) -> Vec<usize> {
        let plan = plan(&pipeline.graph(), n(limit));
        plan.places.iter().map(|place| place.worker).collect()
    }

    fn placed(costs: &[Cost], limit: usize) -> Vec<usize> {
        let pipeline = Pipeline::named("plan");
        let mut outlet = pipeline.source(FromIter::new(0..1)).cost(costs[0]);
        for (index, cost) in costs[1..].iter().enumerate() {
            outlet = outlet.node(&index.to_string(), |flow| flow).cost(*cost);
        }
        outlet.ignore();
        workers_of(&pipeline, limit)
    }

    /// A light source, and so many nodes in pools of these sizes.
    fn pooled(sizes: &[usize], limit: usize) -> Vec<usize> {
        let pipeline = Pipeline::named("plan");
        let mut outlet = pipeline.source(FromIter::new(0..1));
        for (index, size) in sizes.iter().enumerate() {
            outlet = outlet
                .node(&index.to_string(), |flow| flow)
                .on(Placement::Pool(n(*size)));
        }
        outlet.ignore();
        let mut workers = workers_of(&pipeline, limit);
        assert_eq!(workers.remove(0), 0);
        workers.pop();
        workers
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
    fn past_the_limit_a_worker_without_a_heavy_node_goes_before_one_with_fewer_nodes() {
        let costs = [
            Cost::Light,
            Cost::Light,
            Cost::Light,
            Cost::Heavy,
            Cost::Heavy,
        ];
        assert_eq!(placed(&costs, 2), [0, 0, 0, 1, 0, 0]);
    }

    #[test]
    fn a_second_light_source_shares_the_least_used_worker() {
        let pipeline = Pipeline::named("plan");
        pipeline.source(FromIter::new(0..1)).ignore();
        pipeline.source(FromIter::new(0..1)).ignore();
        assert_eq!(workers_of(&pipeline, 4), [0, 0, 0, 0]);
    }

    #[test]
    fn a_source_that_wants_no_worker_is_explained_by_what_it_asked_for() {
        let pipeline = Pipeline::named("plan");
        pipeline.source(FromIter::new(0..1)).ignore();
        pipeline.source(FromIter::new(0..1)).ignore();
        let heavy = pipeline.source(FromIter::new(0..1)).cost(Cost::Heavy);
        heavy.on(Placement::Inherit).ignore();
        let plan = plan(&pipeline.graph(), n(4));
        let why = |node: usize| plan.places[node].why.to_string();
        assert_eq!(
            why(2),
            "a light source, so it shares the worker with the least to do"
        );
        assert_eq!(
            why(4),
            "placed with the node before, and a source has none: \
             it shares the worker with the least to do"
        );
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
        assert_eq!(workers_of(&pipeline, 4), [0, 1, 1, 1]);
    }

    #[test]
    fn a_pool_grows_to_its_size_before_a_worker_of_it_is_shared() {
        assert_eq!(pooled(&[3, 3, 3, 3, 3], 8), [1, 2, 3, 1, 2]);
    }

    #[test]
    fn nodes_that_name_different_sizes_share_the_first_workers_of_the_pool() {
        assert_eq!(pooled(&[1, 2, 1, 2], 8), [1, 2, 1, 2]);
        assert_eq!(pooled(&[2, 2, 1], 8), [1, 2, 1]);
    }

    #[test]
    fn a_pool_keeps_within_the_limit() {
        assert_eq!(pooled(&[4, 4, 4, 4], 2), [1, 0, 1, 0]);
        assert_eq!(pooled(&[4, 4], 1), [0, 0]);
    }

    proptest::proptest! {
        #[test]
        fn no_plan_has_more_workers_than_the_limit_or_one_without_a_node(
            wishes in proptest::collection::vec((0_u8..3, 0_usize..6), 1..12),
            limit in 1_usize..6,
        ) {
            let pipeline = Pipeline::named("plan");
            let mut outlet = pipeline.source(FromIter::new(0..1));
            for (index, (cost, placement)) in wishes.into_iter().enumerate() {
                let cost = [Cost::Light, Cost::Heavy, Cost::Blocking][usize::from(cost)];
                let placement = match placement {
                    0 => Placement::ByCost,
                    1 => Placement::Inherit,
                    2 => Placement::Own,
                    size => Placement::Pool(n(size - 2)),
                };
                let node = outlet.node(&index.to_string(), |flow| flow);
                outlet = node.cost(cost).on(placement);
            }
            outlet.ignore();
            let plan = plan(&pipeline.graph(), n(limit));
            proptest::prop_assert!((1..=limit).contains(&plan.workers));
            for worker in 0..plan.workers {
                proptest::prop_assert!(plan.places.iter().any(|place| place.worker == worker));
            }
        }
    }
}
