use std::any::{Any, TypeId};
use std::fmt;
use std::sync::Arc;

use super::{GraphBuilder, Outlet};
use crate::edge::{Capacity, Inlet, Overflow};
use crate::message::{Message, MessageType, Opaque};
use crate::node::{EdgeId, LentEdges, StageError, View};

/// An outlet whose message type is known at run time only.
///
/// Pipelines from files are built of these. What an edge carries and what its
/// reader takes for its messages may differ by a hiding in [`Opaque`]; that is
/// done in the inlet, one message at a time, and is no node.
#[must_use = "an outlet that leads nowhere is an error when the pipeline starts"]
pub struct AnyOutlet {
    graph: GraphBuilder,
    edge: EdgeId,
    message: MessageType,
    ways: Ways,
}

/// What is on the edge, where its reader expects messages of type `T`.
#[derive(Clone, Copy, Debug)]
enum Carried {
    /// The messages themselves.
    Plain,
    /// Each hidden.
    Hidden,
    /// Vectors of hidden messages, where `T` is a vector of them.
    VecOfHidden,
}

type Open = fn(&mut LentEdges, EdgeId, Carried) -> Result<Box<dyn Any>, StageError>;
type OpenHidden =
    fn(&mut LentEdges, EdgeId, Carried, &MessageType) -> Result<Inlet<Opaque>, StageError>;

/// How the messages of a type are read off an edge, made where it is known.
#[derive(Clone, Copy)]
struct Ways {
    /// As an `Inlet<T>`.
    open: Open,
    open_hidden: OpenHidden,
    merge: fn(AnyOutlet, &str, Vec<AnyOutlet>) -> AnyOutlet,
    /// Those of vectors of `T`. There are none for vectors of vectors of what
    /// was hidden: each would need others yet.
    vec: Option<fn() -> Self>,
}

impl<T: Message> Outlet<T> {
    /// Forgets the type at compile time. `message` is what is known of it at
    /// run time, see [`message_type!`](crate::message_type).
    ///
    /// # Panics
    ///
    /// Panics if `message` is another type.
    #[track_caller]
    pub fn any(self, message: MessageType) -> AnyOutlet {
        assert!(
            message.is::<T>(),
            "the outlet carries `{}`, not `{message}`",
            MessageType::of::<T>()
        );
        let (graph, edge) = self.into_parts();
        // A stage may give back the outlet that it was given, and then the
        // edge is read as it was before.
        let ways = match graph.revealed_as(edge) {
            Some(revealed) if revealed.message == message => revealed.ways,
            _ => Ways::of::<T>(),
        };
        AnyOutlet {
            graph,
            edge,
            message,
            ways,
        }
    }
}

impl AnyOutlet {
    /// The type of the messages.
    pub fn message(&self) -> &MessageType {
        &self.message
    }

    /// The graph that the outlet belongs to.
    pub fn graph(&self) -> &GraphBuilder {
        &self.graph
    }

    /// Sets how much the edge after this outlet may hold, as
    /// [`Outlet::capacity`] does.
    pub fn capacity(self, capacity: impl Into<Capacity>) -> Self {
        let capacity = capacity.into();
        self.graph
            .change_edge(self.edge, |edge| edge.capacity = Some(capacity));
        self
    }

    /// Says what happens to a message that comes when the edge after this
    /// outlet is full, as [`Outlet::overflow`] does.
    pub fn overflow(self, overflow: Overflow) -> Self {
        self.graph
            .change_edge(self.edge, |edge| edge.overflow = overflow);
        self
    }

    /// The outlet with what else is known of the type of its messages. Another
    /// type is left out of account.
    pub(crate) fn described(self, message: &MessageType) -> Self {
        if self.message != *message {
            return self;
        }
        Self {
            message: message.clone(),
            ..self
        }
    }

    /// The outlet as one of `T`.
    ///
    /// # Errors
    ///
    /// Gives the outlet back if its messages are of another type.
    pub fn typed<T: Message>(self) -> Result<Outlet<T>, Self> {
        if !self.message.is::<T>() {
            return Err(self);
        }
        match self.carried() {
            Some(Carried::Plain) => self.graph.set_view(self.edge, None),
            Some(carried) => {
                let open = self.ways.open;
                let view: View = Arc::new(move |lent, edge| open(lent, edge, carried));
                self.graph.set_view(self.edge, Some(view));
            }
            None => {}
        }
        Ok(Outlet::new(self.graph, self.edge))
    }

    /// The outlet for a stage that accepts every message type.
    ///
    /// What such a stage emits is given back its type by
    /// [`revealed`](Outlet::revealed).
    pub fn hidden(self) -> (Outlet<Opaque>, HiddenType) {
        let hidden = HiddenType {
            message: self.message.clone(),
            ways: self.ways,
        };
        let view = match self.carried().unwrap_or(Carried::Plain) {
            // What is hidden under this very type already stays so.
            Carried::Hidden => None,
            carried => {
                let (open, message) = (self.ways.open_hidden, self.message);
                let view: View = Arc::new(move |lent, edge| {
                    open(lent, edge, carried, &message).map(|inlet| Box::new(inlet) as Box<dyn Any>)
                });
                Some(view)
            }
        };
        self.graph.set_view(self.edge, view);
        (Outlet::new(self.graph, self.edge), hidden)
    }

    /// How the messages lie on the edge; `None` if they are something else,
    /// which the view that is set turns into them.
    fn carried(&self) -> Option<Carried> {
        let carried = self.graph.carries(self.edge);
        if carried == self.message.id() {
            Some(Carried::Plain)
        } else if carried == TypeId::of::<Opaque>() {
            Some(Carried::Hidden)
        } else if carried == TypeId::of::<Vec<Opaque>>() {
            Some(Carried::VecOfHidden)
        } else {
            None
        }
    }
}

impl AnyOutlet {
    /// Joins outlets of one message type, as [`Outlet::merge`] does.
    ///
    /// # Errors
    ///
    /// The type of the first of `others` that carries something else.
    pub fn merge(self, name: &str, others: Vec<Self>) -> Result<Self, MessageType> {
        if let Some(other) = others.iter().find(|other| other.message != self.message) {
            return Err(other.message.clone());
        }
        Ok((self.ways.merge)(self, name, others))
    }

    /// Gives every branch a copy of every message, as [`Outlet::broadcast`]
    /// does.
    ///
    /// # Errors
    ///
    /// Gives the outlet back if its messages are not `Clone`.
    pub fn broadcast(self, name: &str, branches: usize) -> Result<Vec<Self>, Self> {
        if !self.message.capabilities().clone {
            return Err(self);
        }
        let (outlet, hidden) = self.hidden();
        let copies = outlet.broadcast_to(name, branches).into_iter();
        Ok(copies.map(|copy| copy.revealed(&hidden)).collect())
    }
}

/// What the messages of a [hidden](AnyOutlet::hidden) outlet are.
#[derive(Clone)]
pub struct HiddenType {
    message: MessageType,
    ways: Ways,
}

impl HiddenType {
    /// The type that is hidden.
    pub fn message(&self) -> &MessageType {
        &self.message
    }
}

impl Outlet<Opaque> {
    /// Continues with the messages' own type.
    pub fn revealed(self, hidden: &HiddenType) -> AnyOutlet {
        AnyOutlet::revealed(self, hidden.clone())
    }
}

impl AnyOutlet {
    fn revealed<T: Message>(outlet: Outlet<T>, hidden: HiddenType) -> Self {
        let (graph, edge) = outlet.into_parts();
        graph.set_revealed(edge, hidden.clone());
        let HiddenType { message, ways } = hidden;
        Self {
            graph,
            edge,
            message,
            ways,
        }
    }
}

impl Outlet<Vec<Opaque>> {
    /// Continues with vectors of the messages' own type.
    ///
    /// # Errors
    ///
    /// The hidden type, if it is a vector of hidden messages itself and so has
    /// no [type of vectors](MessageType::vec).
    pub fn revealed(self, hidden: &HiddenType) -> Result<AnyOutlet, MessageType> {
        let (Some(message), Some(ways)) = (hidden.message.vec(), hidden.ways.vec) else {
            return Err(hidden.message.clone());
        };
        let ways = ways();
        Ok(AnyOutlet::revealed(self, HiddenType { message, ways }))
    }
}

impl Ways {
    fn of<T: Message>() -> Self {
        Self {
            open: |lent, edge, carried| Ok(Box::new(open::<T>(lent, edge, carried)?)),
            open_hidden: |lent, edge, carried, message| {
                Ok(hide(open::<T>(lent, edge, carried)?, message.clone()))
            },
            merge: merge::<T>,
            vec: Some(Self::of_vec::<T>),
        }
    }

    fn of_vec<T: Message>() -> Self {
        Self {
            open: |lent, edge, carried| Ok(Box::new(open_vec::<T>(lent, edge, carried)?)),
            open_hidden: |lent, edge, carried, message| {
                Ok(hide(open_vec::<T>(lent, edge, carried)?, message.clone()))
            },
            merge: merge::<Vec<T>>,
            vec: None,
        }
    }
}

/// Joins outlets that are known to carry `T`.
fn merge<T: Message>(first: AnyOutlet, name: &str, others: Vec<AnyOutlet>) -> AnyOutlet {
    let (message, ways) = (first.message.clone(), first.ways);
    let typed = |outlet: AnyOutlet| {
        outlet
            .typed::<T>()
            .unwrap_or_else(|other| unreachable!("joined by its type, but of {}", other.message))
    };
    let others: Vec<_> = others.into_iter().map(typed).collect();
    let (graph, edge) = typed(first).merge(name, others).into_parts();
    // With the ways that are there: to make others here would make those of
    // vectors of `T`, and of vectors of those, without an end.
    AnyOutlet {
        graph,
        edge,
        message,
        ways,
    }
}

fn open<T: Message>(
    lent: &mut LentEdges,
    edge: EdgeId,
    carried: Carried,
) -> Result<Inlet<T>, StageError> {
    match carried {
        Carried::Plain => lent.carried(edge),
        Carried::Hidden => Ok(lent.carried::<Opaque>(edge)?.through(reveal)),
        Carried::VecOfHidden => Err("vectors are read by the ways of their elements".into()),
    }
}

fn open_vec<T: Message>(
    lent: &mut LentEdges,
    edge: EdgeId,
    carried: Carried,
) -> Result<Inlet<Vec<T>>, StageError> {
    match carried {
        Carried::Plain | Carried::Hidden => open(lent, edge, carried),
        Carried::VecOfHidden => {
            let inlet = lent.carried::<Vec<Opaque>>(edge)?;
            Ok(inlet.through(|all| all.into_iter().map(reveal).collect()))
        }
    }
}

fn hide<T: Message>(inlet: Inlet<T>, message: MessageType) -> Inlet<Opaque> {
    inlet.through(move |plain| Opaque::new(plain, message.clone()))
}

fn reveal<T: Message>(hidden: Opaque) -> T {
    hidden
        .reveal()
        .unwrap_or_else(|hidden| unreachable!("an edge of one type carried {}", hidden.message()))
}

impl fmt::Debug for AnyOutlet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyOutlet")
            .field("message", &self.message.name())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for HiddenType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HiddenType")
            .field("message", &self.message.name())
            .finish_non_exhaustive()
    }
}
