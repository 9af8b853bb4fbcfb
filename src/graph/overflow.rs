use std::fmt;
use std::future::ready;
use std::sync::Arc;

use futures_util::stream;
use millpond_operators::flow;
use tokio::sync::mpsc;

use super::builder::{Made, NodeName};
use super::{DeadLetter, Outlet};
use crate::edge::{DropReason, Overflow};
use crate::message::{Message, Mode};
use crate::node::{Hooks, Single, drive};

/// How many dropped messages may wait for whoever reads them.
const WAITING: usize = 128;

/// A message that an edge dropped because it was full, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped<T> {
    /// The message.
    pub message: T,
    /// Why it was dropped.
    pub reason: DropReason,
}

impl<T> fmt::Display for Dropped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.reason {
            DropReason::Newest => "dropped: it came to a full edge",
            DropReason::Oldest => "dropped: it waited for longest on a full edge",
            DropReason::Failing => "dropped: it came to a full edge, which failed",
        })
    }
}

impl<T: Message, M: Mode> Outlet<T, M> {
    /// Says what happens to a message that comes to this edge when it is full.
    ///
    /// By default it waits, and with it the node before. In a fan-out each
    /// branch has its own answer: a branch that is slow or dead then holds up
    /// none of the others. What is dropped is counted in the report, by
    /// reason, and logged at a falling rate.
    ///
    /// # Errors
    ///
    /// With [`Overflow::Fail`] the first message that is dropped fails the
    /// run, which then drains.
    pub fn overflow(self, overflow: Overflow) -> Self {
        self.graph()
            .change_edge(self.edge(), |edge| edge.overflow = overflow);
        self
    }
}

impl<T: Message> Outlet<T> {
    /// Says what happens to a message that comes to this edge when it is full,
    /// and gives an outlet of the messages that are dropped. It may be left
    /// unconnected: they are then counted and logged, as by
    /// [`overflow`](Self::overflow).
    ///
    /// # Backpressure
    ///
    /// Whoever reads what is dropped holds nobody up: past 128 dropped
    /// messages that wait to be read, further ones are only counted.
    ///
    /// # Errors
    ///
    /// As [`overflow`](Self::overflow).
    pub fn overflow_to(self, overflow: Overflow) -> (Self, Outlet<DeadLetter<Dropped<T>>>) {
        let graph = self.graph().clone();
        let (tell, mut dropped) = mpsc::channel(WAITING);
        graph.hook::<T>(self.edge(), |hooks| {
            hooks.on_drop = Some(Box::new(move |message, reason| {
                // Counted by the edge already, whether there is room or not.
                drop(tell.try_send(Dropped { message, reason }));
            }));
        });
        let from = graph.node_before(self.edge());
        let letters = graph.add_node(NodeName::Of(from, "dropped"), &[], |node| {
            let letters = node.dead_letters::<DeadLetter<Dropped<T>>>();
            Made::by(letters, move |context| {
                if context.unconnected(letters).is_some() {
                    return Ok(Box::pin(ready(Ok(()))));
                }
                let (stage, name) = (Arc::clone(&context.stage), Arc::clone(&context.node));
                let mut sequence = 0;
                let letters_of_dropped = stream::poll_fn(move |cx| dropped.poll_recv(cx));
                let flow = flow(letters_of_dropped).map(move |error| {
                    sequence += 1;
                    DeadLetter {
                        error,
                        stage: Arc::clone(&stage),
                        node: Arc::clone(&name),
                        sequence,
                    }
                });
                let border = Single::new(context.sender(letters)?);
                Ok(Box::pin(drive(flow, border, context)))
            })
        });
        graph.node_mut(letters, |node| node.beside = Some(from));
        (self.overflow(overflow), Outlet::new(graph, letters))
    }

    /// Says what a message on this edge weighs, for an edge whose capacity is
    /// [`Weighted`](crate::edge::Capacity::Weighted).
    ///
    /// Unless told, a message weighs the size of its type in bytes. None weighs
    /// less than 1.
    pub fn weigh(self, weigh: impl Fn(&T) -> usize + Send + 'static) -> Self {
        self.graph()
            .hook::<T>(self.edge(), |hooks| hooks.weigh = Some(Box::new(weigh)));
        self
    }
}

/// So that the hooks of an edge are looked up by the type that they are for.
pub(super) fn hooks_of<T: 'static>(
    slot: &mut Option<Box<dyn std::any::Any + Send>>,
) -> Option<&mut Hooks<T>> {
    slot.get_or_insert_with(|| Box::new(Hooks::<T>::default()))
        .downcast_mut()
}
