use futures_util::stream;
use millpond_operators::flow;

use crate::graph::{GraphBuilder, Outlet};
use crate::message::Message;
use crate::stage::{Identified, Source};

/// Emits the items of an iterator.
///
/// The iterator is advanced on the worker, as fast as the edge has room; one
/// that blocks holds up the other nodes of its worker.
#[derive(Clone, Debug)]
pub struct FromIter<I> {
    items: I,
}

impl<I> FromIter<I> {
    /// Emits what `items` iterates over.
    pub fn new(items: I) -> Self {
        Self { items }
    }
}

impl<I> Identified for FromIter<I> {
    const ID: &'static str = "from-iter";
}

impl<I> Source for FromIter<I>
where
    I: IntoIterator<Item: Message, IntoIter: 'static> + Send + 'static,
{
    type Out = I::Item;

    fn build(self, graph: &GraphBuilder) -> Outlet<I::Item> {
        graph.node(Self::ID, move || flow(stream::iter(self.items)))
    }
}
