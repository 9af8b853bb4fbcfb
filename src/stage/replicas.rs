//! Replicas of registered stages.
//!
//! Results keep the order of messages only where the stage carries their
//! places along, so where it is written for every mode. Whether it is, is
//! found where the stage is concrete, in the way of
//! [`message_type!`](crate::message_type).

use std::any::TypeId;
use std::marker::PhantomData;
use std::num::NonZeroUsize;

use futures_util::stream;
use millpond_operators::flow;
use serde_json::Value;

use super::entry::{configured, known_output, only, revealed, typed};
use super::{Config, Entry, EntryError, Stage};
use crate::graph::{Any, AnyOutlet, GraphBuilder, Outlet, Placement, Preserve};
use crate::message::{Message, Opaque};
use crate::node::Ordered;

/// How a registered stage is replicated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replication {
    /// How many run side by side.
    pub count: NonZeroUsize,
    /// Results come out in the order of the messages.
    pub in_order: bool,
    /// Where they run; each on a worker of its own by its cost.
    pub placement: Placement,
}

/// How a stage is replicated in order.
#[derive(Clone, Copy, Debug)]
pub struct InOrder(fn(Asked<'_>) -> Result<AnyOutlet, EntryError>);

/// What replicas in order are made of.
struct Asked<'a> {
    entry: &'a Entry,
    config: Value,
    inputs: Vec<AnyOutlet>,
    replication: Replication,
}

impl Entry {
    /// Whether replicas of it can keep the order of messages.
    pub fn keeps_order(&self) -> bool {
        (self.in_order)().is_some()
    }

    /// Adds replicas of the stage to `graph`, behind `inputs`.
    ///
    /// # Errors
    ///
    /// [`EntryError`] if the options or the inputs do not fit, or if the order
    /// of messages shall be kept and the stage [cannot](Self::keeps_order).
    pub fn replicate(
        &self,
        config: Value,
        graph: &GraphBuilder,
        inputs: Vec<AnyOutlet>,
        replication: Replication,
    ) -> Result<Vec<AnyOutlet>, EntryError> {
        if !replication.in_order {
            return self.replicate_in_any_order(&config, graph, inputs, replication);
        }
        let InOrder(build) = (self.in_order)().ok_or(EntryError::Unordered)?;
        let outlet = build(Asked {
            entry: self,
            config,
            inputs,
            replication,
        });
        Ok(vec![outlet?])
    }

    fn replicate_in_any_order(
        &self,
        config: &Value,
        graph: &GraphBuilder,
        inputs: Vec<AnyOutlet>,
        replication: Replication,
    ) -> Result<Vec<AnyOutlet>, EntryError> {
        let (input, of_input) = only(&self.signature(), inputs)?.hidden();
        let mut built = Ok(None);
        let replicas = input.replicate(replication.count.get(), Any);
        let replicas = replicas.on(replication.placement);
        let joined = replicas.with_cost(self.id, self.cost, |_, branch| {
            let branch = branch.revealed(&of_input);
            let outlets = self.build(config.clone(), graph, vec![branch]);
            let outlet = outlets.map(|outlets| outlets.into_iter().next().map(AnyOutlet::hidden));
            let (outlet, of_output) = match outlet {
                Ok(Some((outlet, hidden))) => (Some(outlet), Ok(Some(hidden))),
                Ok(None) => (None, Ok(None)),
                Err(error) => (None, Err(error)),
            };
            built = of_output;
            // The error is returned, so this is never run.
            outlet.unwrap_or_else(|| graph.node("none", || flow(stream::empty())))
        });
        let joined = built?.map(|hidden| joined.revealed(&hidden));
        Ok(joined.into_iter().collect())
    }
}

/// Asks whether `S` accepts `In` in every mode.
#[derive(Debug)]
pub struct InOrderProbe<In, S>(PhantomData<fn() -> (In, S)>);

impl<In, S> InOrderProbe<In, S> {
    #[expect(clippy::new_without_default, reason = "there is no default type")]
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

/// It does.
pub trait Lifted {
    fn in_order(&self) -> Option<InOrder>;
}

/// It does not.
pub trait NotLifted {
    fn in_order(&self) -> Option<InOrder>;
}

impl<In: Message, S: Stage<In, Ordered> + Config> Lifted for InOrderProbe<In, S> {
    fn in_order(&self) -> Option<InOrder> {
        Some(InOrder(|asked| {
            let signature = asked.entry.signature();
            if TypeId::of::<In>() != TypeId::of::<Opaque>() {
                let input = typed::<In>(&signature, asked.inputs)?;
                let joined =
                    in_order::<In, S>(input, asked.entry, &asked.config, asked.replication);
                return Ok(joined?.any(known_output(&signature)));
            }
            let (input, hidden) = only(&signature, asked.inputs)?.hidden();
            let input: Box<dyn std::any::Any> = Box::new(input);
            let Ok(input) = input.downcast::<Outlet<In>>() else {
                unreachable!("an outlet of hidden messages is one of `In`");
            };
            let joined = in_order::<In, S>(*input, asked.entry, &asked.config, asked.replication);
            Ok(revealed(joined?, &hidden, &signature)?)
        }))
    }
}

impl<In, S> NotLifted for &InOrderProbe<In, S> {
    fn in_order(&self) -> Option<InOrder> {
        None
    }
}

fn in_order<In: Message, S: Stage<In, Ordered> + Config>(
    input: Outlet<In>,
    entry: &Entry,
    config: &Value,
    replication: Replication,
) -> Result<Outlet<S::Out>, EntryError> {
    let Replication {
        count, placement, ..
    } = replication;
    let stages = (0..count.get()).map(|_| configured::<S>(config.clone()));
    let mut stages = stages.collect::<Result<Vec<_>, _>>()?;
    let replicas = input.replicate(count.get(), Preserve).on(placement);
    Ok(replicas.with_cost(entry.id, entry.cost, |_, branch| {
        let stage = stages.pop();
        let stage = stage.unwrap_or_else(|| unreachable!("a stage was made for each replica"));
        stage.build(branch)
    }))
}
