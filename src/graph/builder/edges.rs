use std::any::{TypeId, type_name};
use std::sync::Arc;

use super::{Building, GraphBuilder};
use crate::edge::{self, EdgeCounters, Overflow};
use crate::graph::overflow::hooks_of;
use crate::graph::{EdgeInfo, HiddenType};
use crate::message::{Message, short_name};
use crate::node::{EdgeEnds, EdgeId, EdgeSpec, Hooks, View};

/// Makes the ends of an edge between workers, for the message type it was taken at.
pub(crate) type EdgeMaker = fn(EdgeSpec, Arc<EdgeCounters>) -> EdgeEnds;

impl GraphBuilder {
    pub(crate) fn change_edge(&self, edge: EdgeId, change: impl FnOnce(&mut EdgeInfo)) {
        change(&mut self.lock().graph.edges[edge.0]);
    }

    /// Changes what an edge of `T` calls of its user's.
    pub(crate) fn hook<T: Message>(&self, edge: EdgeId, change: impl FnOnce(&mut Hooks<T>)) {
        let mut building = self.lock();
        if building.carries[edge.0] != TypeId::of::<T>() {
            building.refuse_hook(edge);
            return;
        }
        let hooks = building.hooks.get_mut(edge.0);
        if let Some(hooks) = hooks.and_then(hooks_of) {
            change(hooks);
        }
    }

    /// Says how the reader of an edge sees its messages, if not as they are.
    pub(in crate::graph) fn set_view(&self, edge: EdgeId, view: Option<View>) {
        let views = &mut self.lock().views;
        match view {
            Some(view) => views.insert(edge, view),
            None => views.remove(&edge),
        };
    }

    /// Says what the reader of an edge takes its messages for.
    pub(in crate::graph) fn set_revealed(&self, edge: EdgeId, revealed: HiddenType) {
        let mut building = self.lock();
        let name = revealed.message().name();
        name.clone_into(&mut building.graph.edges[edge.0].message);
        building.revealed.insert(edge, revealed);
    }

    pub(in crate::graph) fn revealed_as(&self, edge: EdgeId) -> Option<HiddenType> {
        self.lock().revealed.get(&edge).cloned()
    }

    /// The type of what lies on an edge.
    pub(in crate::graph) fn carries(&self, edge: EdgeId) -> TypeId {
        self.lock().carries[edge.0]
    }
}

impl Building {
    pub(super) fn new_edge<T: Message>(&mut self, from: usize, dead_letters: bool) -> EdgeId {
        let edges = &mut self.graph.edges;
        edges.push(EdgeInfo {
            message: short_name(type_name::<T>()),
            from,
            to: None,
            dead_letters,
            capacity: self.capacity,
            overflow: Overflow::default(),
        });
        self.hooks.push(None);
        self.carries.push(TypeId::of::<T>());
        self.edge_makers.push(|spec, counters| {
            let settings = spec.settings::<T>();
            let (sender, inlet) = edge::remote_counted(settings, counters);
            (Box::new(sender), Box::new(inlet))
        });
        EdgeId(self.graph.edges.len() - 1)
    }

    /// A closure for messages of one type is of no use to an edge of another.
    pub(super) fn refuse_hook(&mut self, edge: EdgeId) {
        let from = &self.graph.nodes[self.graph.edges[edge.0].from].name;
        self.refuse(format!(
            "`.weigh(..)` and `.overflow_to(..)` cannot be used on the edge after `{from}`, whose \
             messages one of the nodes around it takes without their type: call them behind a \
             node of this stage, such as a `map`"
        ));
    }
}
