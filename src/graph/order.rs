use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use millpond_operators::{Flow, Progress};

use super::builder::{Made, NodeName};
use super::{GraphBuilder, Outlet, Replicas};
use crate::edge::{Inlet, Sender};
use crate::message::{Message, Mode, Plain};
use crate::node::{
    AsIs, Board, Border, Deal, EdgeId, Ordered, Partition, Reorder, Single, StageError, Turn,
    Turns, drive,
};

/// What becomes of the order of messages that go through replicas.
///
/// | order | a message goes to | results come out |
/// | --- | --- | --- |
/// | [`Preserve`] | the next replica with room | in the order of their messages |
/// | [`Any`] | the next replica with room | as they are ready |
/// | [`ByKey`] | the replica of its key | in order for each key |
pub trait Order<T: Message>: Sized {
    /// What the edges inside the replicas wrap messages in.
    type Mode: Mode;

    /// What the operators of a replica read.
    type Input: Progress<Item = T> + 'static;

    /// What the node behind the replicas has to know of the one before them.
    #[doc(hidden)]
    type Shared;

    /// Adds the node before the replicas.
    #[doc(hidden)]
    fn split(replicas: Replicas<T, Self>) -> (Vec<Outlet<T, Self::Mode>>, Self::Shared);

    /// Adds a node to one replica.
    #[doc(hidden)]
    fn node<P: Progress<Item: Message> + 'static>(
        branch: Outlet<T, Self::Mode>,
        name: &str,
        make: impl FnMut(Flow<Self::Input>) -> P + Send + 'static,
    ) -> Outlet<P::Item, Self::Mode>;

    /// Adds the node behind the replicas.
    #[doc(hidden)]
    fn join<U: Message>(
        shared: Self::Shared,
        graph: &GraphBuilder,
        branches: Vec<Outlet<U, Self::Mode>>,
    ) -> Outlet<U>;
}

/// The places of messages, as the nodes before and behind replicas share them.
#[derive(Debug)]
pub struct Places {
    board: Arc<Board>,
}

/// Results come out in the order of the messages that they were made of.
///
/// Replicas may filter messages and make several of one. A message that takes
/// long holds up the results of those behind it, not the work on them, until
/// the edges between are full.
///
/// In [`Replicas::node`] the operators are made anew for each message, and
/// their end is what tells that nothing more comes of it. In
/// [`Replicas::stage`] and [`Replicas::module`] each message carries its place,
/// so what stands there is written for every [`Mode`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Preserve;

/// Results come out as they are ready.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Any;

/// Messages of one key go to one replica, and their results keep their order.
///
/// The function gives the key of a message. Which replica a key goes to
/// depends on the key and on the number of replicas alone. A replica that is
/// behind holds up the messages of all keys once its edge is full.
#[derive(Clone, Copy, Debug)]
pub struct ByKey<F>(pub F);

impl<T: Message> Order<T> for Preserve {
    type Mode = Ordered;
    type Input = Turn<T>;
    type Shared = Places;

    fn split(replicas: Replicas<T, Self>) -> (Vec<Outlet<T, Ordered>>, Places) {
        let board = Board::new(replicas.window());
        let wrap = Arc::clone(&board);
        let branches = split(replicas, move |branches, _| Deal::new(branches, wrap));
        (branches, Places { board })
    }

    fn node<P: Progress<Item: Message> + 'static>(
        branch: Outlet<T, Ordered>,
        name: &str,
        make: impl FnMut(Flow<Turn<T>>) -> P + Send + 'static,
    ) -> Outlet<P::Item, Ordered> {
        let edge = branch.attach(NodeName::Given(name), move |_, flow| {
            Ok(Turns::new(flow.into_stream(), make))
        });
        Outlet::new(branch.graph().clone(), edge)
    }

    fn join<U: Message>(
        places: Places,
        graph: &GraphBuilder,
        branches: Vec<Outlet<U, Ordered>>,
    ) -> Outlet<U> {
        join(graph, &branches, move |inlets| {
            Reorder::new(inlets, places.board)
        })
    }
}

impl<T: Message> Order<T> for Any {
    type Mode = Plain;
    type Input = Inlet<T>;
    type Shared = ();

    fn split(replicas: Replicas<T, Self>) -> (Vec<Outlet<T>>, ()) {
        let branches = split(replicas, |branches, _| Deal::new(branches, AsIs));
        (branches, ())
    }

    fn node<P: Progress<Item: Message> + 'static>(
        branch: Outlet<T>,
        name: &str,
        make: impl FnMut(Flow<Inlet<T>>) -> P + Send + 'static,
    ) -> Outlet<P::Item> {
        branch.node(name, make)
    }

    fn join<U: Message>((): (), graph: &GraphBuilder, branches: Vec<Outlet<U>>) -> Outlet<U> {
        join(graph, &branches, merged)
    }
}

impl<T: Message, K: Hash, F> Order<T> for ByKey<F>
where
    F: FnMut(&T) -> K + Send + 'static,
{
    type Mode = Plain;
    type Input = Inlet<T>;
    type Shared = ();

    fn split(replicas: Replicas<T, Self>) -> (Vec<Outlet<T>>, ()) {
        let branches = split(replicas, |branches, Self(mut key)| {
            let count = branches.len();
            Partition::new(branches, move |message: &T| place(&key(message), count))
        });
        (branches, ())
    }

    fn node<P: Progress<Item: Message> + 'static>(
        branch: Outlet<T>,
        name: &str,
        make: impl FnMut(Flow<Inlet<T>>) -> P + Send + 'static,
    ) -> Outlet<P::Item> {
        branch.node(name, make)
    }

    fn join<U: Message>((): (), graph: &GraphBuilder, branches: Vec<Outlet<U>>) -> Outlet<U> {
        join(graph, &branches, merged)
    }
}

/// The place of a key among so many.
fn place(key: &impl Hash, count: usize) -> usize {
    // Its keys are fixed, unlike those of a map: runs can be compared.
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    let count = count as u64;
    usize::try_from(hasher.finish() % count).unwrap_or(0)
}

fn merged<U: Message>(inlets: Vec<Inlet<U>>) -> impl Progress<Item = U> + 'static {
    millpond_operators::merge(inlets.into_iter().map(Flow::native))
}

fn split<T: Message, O, M: Mode, B: Border<T> + 'static>(
    replicas: Replicas<T, O>,
    border: impl FnOnce(Vec<Sender<M::Of<T>>>, O) -> B + Send + 'static,
) -> Vec<Outlet<T, M>>
where
    O: Send + 'static,
{
    let capacity = replicas.branch_capacity();
    let Replicas {
        input,
        order,
        count,
        ..
    } = replicas;
    let graph = input.graph().clone();
    let from = input.edge();
    let branches = graph.add_node(NodeName::Given("split"), &[from], |node| {
        let branches: Vec<EdgeId> = (0..count).map(|_| node.outlet::<M::Of<T>>()).collect();
        Made::by(branches.clone(), move |context| {
            let flow = Flow::native(context.inlet::<T>(from)?);
            let senders = branches
                .into_iter()
                .map(|branch| context.sender(branch))
                .collect::<Result<Vec<_>, StageError>>()?;
            Ok(Box::pin(drive(flow, border(senders, order), context)))
        })
    });
    let open = |edge| Outlet::new(graph.clone(), edge).capacity(capacity);
    branches.into_iter().map(open).collect()
}

fn join<U: Message, M: Mode, P: Progress<Item = U> + 'static>(
    graph: &GraphBuilder,
    branches: &[Outlet<U, M>],
    joined: impl FnOnce(Vec<Inlet<M::Of<U>>>) -> P + Send + 'static,
) -> Outlet<U> {
    let edges: Vec<_> = branches.iter().map(Outlet::edge).collect();
    let inlets = edges.clone();
    let to = graph.add_node(NodeName::Given("join"), &edges, |node| {
        let to = node.outlet::<U>();
        Made::by(to, move |context| {
            let inlets = inlets
                .into_iter()
                .map(|inlet| context.inlet(inlet))
                .collect::<Result<Vec<_>, StageError>>()?;
            let border = Single::new(context.sender(to)?);
            Ok(Box::pin(drive(joined(inlets), border, context)))
        })
    });
    Outlet::new(graph.clone(), to)
}
