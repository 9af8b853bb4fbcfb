use std::fmt;

use millpond_operators::{Flow, Progress};

use super::{BuildError, Cost, Order, Outlet, Placement};
use crate::edge::Capacity;
use crate::message::Message;

/// How many messages the edge to a replica may hold unless told otherwise:
/// enough that a replica need not wait for its next message, and few, since
/// what waits before one replica no other can take.
pub const REPLICA_CAPACITY: Capacity = Capacity::Fixed(16);

/// How many messages for each replica may be under way beside those that the
/// edge to it holds.
const WINDOW: usize = 512;

/// How many replicas of one node, stage or module there may be.
pub const MOST_REPLICAS: usize = 1_024;

/// Several copies of what follows, each on a worker of its own.
///
/// Made by [`Outlet::replicate`]; a node, a stage or a module says what is
/// copied. Before the copies stands a node `split` that deals the messages
/// out, behind them a node `join`, and the copies are numbered: replicas of
/// `parse` are `parse/split`, `parse.0`, `parse.1` and so on, `parse/join`.
#[must_use = "replicas are of something: give them a node, a stage or a module"]
pub struct Replicas<T: Message, O> {
    pub(super) input: Outlet<T>,
    pub(super) order: O,
    pub(super) count: usize,
    placement: Placement,
    capacity: Capacity,
}

impl<T: Message> Outlet<T> {
    /// Continues with several copies of what comes next, so that several
    /// workers share its messages.
    ///
    /// For work that keeps one worker busy. `order` says what becomes of the
    /// order of messages: [`Preserve`](super::Preserve), [`Any`](super::Any)
    /// or [`ByKey`](super::ByKey).
    ///
    /// # Backpressure
    ///
    /// Bounded as everywhere: what waits for a replica, and what waits for its
    /// turn behind one, waits on edges. A replica that is slow fills its edge
    /// and no more.
    ///
    /// # Errors
    ///
    /// A replica that fails ends the run, as any node does; the others work
    /// off what is under way to them. Zero replicas, and more than
    /// [`MOST_REPLICAS`], are refused when the pipeline starts.
    ///
    /// # Examples
    ///
    /// ```
    /// use millpond::Pipeline;
    /// use millpond::graph::Preserve;
    /// use millpond::stages::FromIter;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), millpond::RunError> {
    /// let mut next = 0;
    /// let report = Pipeline::named("squares")
    ///     .source(FromIter::new(0..1000_u64))
    ///     .replicate(4, Preserve)
    ///     .node("square", |numbers| numbers.map(|n| n * n))
    ///     .for_each("check", move |square| {
    ///         assert_eq!(square, next * next);
    ///         next += 1;
    ///     })
    ///     .run()
    ///     .await?;
    ///
    /// assert_eq!(report.node("check").received, 1000);
    /// # Ok(())
    /// # }
    /// ```
    pub fn replicate<O: Order<T>>(self, replicas: usize, order: O) -> Replicas<T, O> {
        Replicas {
            input: self,
            order,
            count: replicas,
            placement: Placement::default(),
            capacity: REPLICA_CAPACITY,
        }
    }
}

impl<T: Message, O: Order<T>> Replicas<T, O> {
    /// Says where the replicas shall run, instead of each on a worker of its
    /// own: in a [`Pool`](Placement::Pool), for one.
    pub fn on(mut self, placement: Placement) -> Self {
        self.placement = placement;
        self
    }

    /// Sets how much the edge to each replica may hold, instead of
    /// [`REPLICA_CAPACITY`].
    pub fn capacity(mut self, capacity: impl Into<Capacity>) -> Self {
        self.capacity = capacity.into();
        self
    }

    /// Adds a node to each replica, made by a clone of `make`.
    ///
    /// With [`Any`](super::Any) and [`ByKey`](super::ByKey) a replica calls its
    /// clone once, on its worker, as [`Outlet::node`] does. With
    /// [`Preserve`](super::Preserve) it calls it for each message: state that
    /// shall last belongs into `make`, and to gather messages, gather them
    /// before the replicas.
    pub fn node<P: Progress<Item: Message> + 'static>(
        self,
        name: &str,
        make: impl FnMut(Flow<O::Input>) -> P + Clone + Send + 'static,
    ) -> Outlet<P::Item> {
        self.module(name, |_, branch| O::node(branch, name, make.clone()))
    }

    /// Puts the nodes that `build` makes into each replica, under a common
    /// name. `build` is called for each, with its number, counted from 0.
    ///
    /// # Errors
    ///
    /// An outlet of another pipeline is left out and reported when the
    /// pipeline starts.
    pub fn module<U: Message>(
        self,
        name: &str,
        build: impl FnMut(usize, Outlet<T, O::Mode>) -> Outlet<U, O::Mode>,
    ) -> Outlet<U> {
        self.with_cost(name, Cost::default(), build)
    }

    pub(crate) fn with_cost<U: Message>(
        self,
        name: &str,
        cost: Cost,
        mut build: impl FnMut(usize, Outlet<T, O::Mode>) -> Outlet<U, O::Mode>,
    ) -> Outlet<U> {
        let graph = self.input.graph().clone();
        graph.in_stage(name, cost, || {
            let this = self.checked();
            let placement = this.placement;
            let (branches, shared) = O::split(this);
            let split = graph.node_before(branches[0].edge());
            graph.keep_light(split, None);
            let copies = branches.into_iter().enumerate();
            let mut copies: Vec<_> = copies
                .map(|(number, branch)| {
                    graph.in_replica(number, placement, || build(number, branch))
                })
                .collect();
            let made = copies.len();
            copies.retain(|copy| graph.is(copy.graph()));
            let foreign = copies.len() < made;
            let joined = O::join(shared, &graph, copies);
            if foreign {
                graph.fault_at_last_node(|node| BuildError::ForeignOutlet { node });
            }
            graph.keep_light(graph.node_before(joined.edge()), Some(split));
            joined
        })
    }

    fn checked(mut self) -> Self {
        let asked = match self.count {
            0 => "at least 1".to_owned(),
            1..=MOST_REPLICAS => return self,
            _ => format!("at most {MOST_REPLICAS}"),
        };
        let reason = format!("it shall have {} replicas: ask for {asked}", self.count);
        self.input.refuse(reason);
        self.count = 1;
        self
    }
}

impl<T: Message, O> Replicas<T, O> {
    /// The capacity of the edge to each replica.
    pub(super) fn branch_capacity(&self) -> Capacity {
        self.capacity
    }

    /// How many messages may be under way between the split and the join:
    /// more than the edges to and from the replicas hold as a rule, so that it
    /// binds only where many are filtered out beside one that takes long. What
    /// gathers messages counts as one, however many it holds.
    pub(super) fn window(&self) -> usize {
        let on_edge = match self.capacity {
            // It tells nothing of how many messages those are.
            Capacity::Weighted(_) => 0,
            Capacity::Fixed(_) | Capacity::Adaptive { .. } => self.capacity.initial(),
        };
        self.count.saturating_mul(on_edge.saturating_add(WINDOW))
    }
}

impl<T: Message, O> fmt::Debug for Replicas<T, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replicas")
            .field("input", &self.input)
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Pipeline;
    use crate::graph::Preserve;
    use crate::stages::FromIter;

    #[test]
    fn the_window_counts_messages_and_not_what_they_weigh() {
        let window = |capacity: Capacity| {
            let numbers = Pipeline::named("window").source(FromIter::new(0..3));
            numbers.replicate(2, Preserve).capacity(capacity).window()
        };
        assert_eq!(window(Capacity::Fixed(16)), 2 * (16 + WINDOW));
        assert_eq!(window(Capacity::Weighted(64 << 20)), 2 * WINDOW);
    }
}
