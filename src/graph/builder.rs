use std::any::{Any, TypeId, type_name};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use millpond_operators::Progress;

use super::{
    BuildError, BuildErrors, Cost, DeadLetter, EdgeInfo, Graph, HiddenType, NodeInfo, OnError,
    Outlet, Placement, Settings, check,
    files::{FileUse, Files},
    overflow::hooks_of,
};
use crate::edge::{self, Capacity, EdgeCounters, Overflow};
use crate::message::{Message, short_name};
use crate::node::{
    EdgeEnds, EdgeId, EdgeSpec, Hooks, MakeNode, NodeContext, NodeFuture, Single, Split,
    StageError, Stopped, UntilError, View, drive, drive_source,
};

/// Makes the ends of an edge between workers, for the message type it was taken at.
pub(crate) type EdgeMaker = fn(EdgeSpec, Arc<EdgeCounters>) -> EdgeEnds;

/// Collects the nodes and edges of one pipeline.
///
/// It is a handle: clones of it, and all outlets, build the same graph, from
/// one thread at a time. What is added after the pipeline has been started
/// runs nowhere.
#[derive(Clone)]
pub struct GraphBuilder {
    building: Arc<Mutex<Building>>,
}

/// A checked graph with what is needed to run it.
pub(crate) struct Parts {
    pub(crate) graph: Graph,
    pub(crate) node_makers: Vec<MakeNode>,
    pub(crate) edge_makers: Vec<EdgeMaker>,
    pub(crate) views: HashMap<EdgeId, View>,
    /// What each edge calls of its user's, as [`Hooks`] of its message type.
    pub(crate) hooks: Vec<Option<Box<dyn Any + Send>>>,
}

#[derive(Default)]
struct Building {
    graph: Graph,
    node_makers: Vec<MakeNode>,
    edge_makers: Vec<EdgeMaker>,
    /// What each edge carries, however its reader sees it.
    carries: Vec<TypeId>,
    views: HashMap<EdgeId, View>,
    /// What the messages of edges are taken for that carry them hidden.
    revealed: HashMap<EdgeId, HiddenType>,
    hooks: Vec<Option<Box<dyn Any + Send>>>,
    scopes: Vec<Scope>,
    /// For the stage that is built next.
    settings: Option<Settings>,
    /// Which nodes have been given their settings.
    settled: HashSet<usize>,
    /// How often a name that may repeat has been used.
    uses: HashMap<String, usize>,
    capacity: Option<Capacity>,
    files: Files,
    /// A run has the makers. What is added from now on runs nowhere.
    taken: bool,
}

/// A stage or module whose nodes are being made.
struct Scope {
    id: Arc<str>,
    path: Arc<str>,
    cost: Cost,
    settings: Settings,
    /// How many nodes stood before it.
    first: usize,
}

/// How a new node is named.
#[derive(Clone, Copy)]
pub(crate) enum NodeName<'a> {
    /// By the user; a second node of this name is an error.
    Given(&'a str),
    /// After its operator; a second one gets a number.
    Operator(&'static str),
    /// As part of that node; a second one gets a number.
    Of(usize, &'static str),
}

/// A node that is being added, and gets its outlets.
pub(crate) struct NewNode<'a> {
    building: &'a mut Building,
    node: usize,
}

/// The outlets of a new node, and how it is made on its worker.
///
/// The user's part is made before the senders are asked for: if it fails, they
/// are still with the worker, and nobody behind the node takes its edges for
/// ended before the run drains.
pub(crate) struct Made<R> {
    edges: R,
    make: MakeNode,
}

impl GraphBuilder {
    pub(crate) fn new(name: String) -> Self {
        let mut building = Building::default();
        building.graph.name = name;
        Self {
            building: Arc::new(Mutex::new(building)),
        }
    }

    /// Adds a node without an inlet: the messages start in it.
    ///
    /// `make` runs on the node's worker. The node ends when its flow does, or
    /// when the run is told to stop; then the flow is dropped where it stands.
    pub fn node<P: Progress<Item: Message> + 'static>(
        &self,
        name: &str,
        make: impl FnOnce() -> P + Send + 'static,
    ) -> Outlet<P::Item> {
        self.node_with(name, move |_| Ok(make()))
    }

    /// Adds a node as [`node`](Self::node) does, whose closure also gets what
    /// the worker lends and may fail.
    ///
    /// # Errors
    ///
    /// An error that `make` returns ends the run and is reported with the
    /// node's name.
    pub fn node_with<P: Progress<Item: Message> + 'static>(
        &self,
        name: &str,
        make: impl FnOnce(&NodeContext) -> Result<P, StageError> + Send + 'static,
    ) -> Outlet<P::Item> {
        let edge = self.add_node(NodeName::Given(name), &[], |node| {
            let edge = node.outlet::<P::Item>();
            Made::by(edge, move |context| {
                let flow = make(context)?;
                let border = Single::new(context.sender(edge)?);
                Ok(Box::pin(drive_source(flow, border, context)))
            })
        });
        Outlet::new(self.clone(), edge)
    }

    /// Adds a node without an inlet that ends by itself when it is told to.
    ///
    /// `make` is given a future that completes when the run is told to stop.
    /// The flow must then end soon; until it does, what it emits is taken.
    pub fn node_until<P: Progress<Item: Message> + 'static>(
        &self,
        name: &str,
        make: impl FnOnce(Stopped) -> P + Send + 'static,
    ) -> Outlet<P::Item> {
        self.node_until_with(name, move |context| Ok(make(context.stopped())))
    }

    /// Adds a node as [`node_until`](Self::node_until) does, whose closure
    /// gets what the worker lends and may fail.
    ///
    /// # Errors
    ///
    /// As [`node_with`](Self::node_with).
    pub fn node_until_with<P: Progress<Item: Message> + 'static>(
        &self,
        name: &str,
        make: impl FnOnce(&NodeContext) -> Result<P, StageError> + Send + 'static,
    ) -> Outlet<P::Item> {
        let edge = self.add_node(NodeName::Given(name), &[], |node| {
            let edge = node.outlet::<P::Item>();
            Made::by(edge, move |context| {
                let flow = make(context)?;
                let border = Single::new(context.sender(edge)?);
                Ok(Box::pin(drive(flow, border, context)))
            })
        });
        Outlet::new(self.clone(), edge)
    }

    /// Adds a node without an inlet whose flow emits `Result`s, and splits
    /// them as [`Outlet::try_node`] does.
    pub fn try_node<T, E, P>(
        &self,
        name: &str,
        make: impl FnOnce() -> P + Send + 'static,
    ) -> (Outlet<T>, Outlet<DeadLetter<E>>)
    where
        P: Progress<Item = Result<T, E>> + 'static,
        T: Message,
        E: fmt::Display + Message,
    {
        self.try_node_with(name, move |_| Ok(make()))
    }

    /// Adds a node as [`try_node`](Self::try_node) does, whose closure also
    /// gets what the worker lends and may fail.
    ///
    /// # Errors
    ///
    /// As [`node_with`](Self::node_with).
    pub fn try_node_with<T, E, P>(
        &self,
        name: &str,
        make: impl FnOnce(&NodeContext) -> Result<P, StageError> + Send + 'static,
    ) -> (Outlet<T>, Outlet<DeadLetter<E>>)
    where
        P: Progress<Item = Result<T, E>> + 'static,
        T: Message,
        E: fmt::Display + Message,
    {
        let (main, dead) = self.add_node(NodeName::Given(name), &[], |node| {
            let (main, dead) = (node.outlet::<T>(), node.dead_letters::<DeadLetter<E>>());
            Made::by((main, dead), move |context| {
                let flow = make(context)?;
                let border = Split::lent(context, main, dead)?;
                Ok(Box::pin(drive_source(flow, border, context)))
            })
        });
        (
            Outlet::new(self.clone(), main),
            Outlet::new(self.clone(), dead),
        )
    }

    /// Adds a node without an inlet that ends by itself when it is told to,
    /// and that may fail: to begin with, or later.
    ///
    /// `make` is given what the worker lends, which tells when the run is told
    /// to [stop](NodeContext::stopped); the flow must then end soon. What it
    /// emits is split as [`try_node`](Self::try_node) does.
    ///
    /// # Errors
    ///
    /// An error that `make` returns, or the outer one of an item, ends the run
    /// and is reported with the node's name.
    pub fn try_node_until<T, E, P>(
        &self,
        name: &str,
        make: impl FnOnce(&NodeContext) -> Result<P, StageError> + Send + 'static,
    ) -> (Outlet<T>, Outlet<DeadLetter<E>>)
    where
        P: Progress<Item = Result<Result<T, E>, StageError>> + 'static,
        T: Message,
        E: fmt::Display + Message,
    {
        let (main, dead) = self.add_node(NodeName::Given(name), &[], |node| {
            let (main, dead) = (node.outlet::<T>(), node.dead_letters::<DeadLetter<E>>());
            Made::by((main, dead), move |context| {
                let flow = make(context)?;
                let border = UntilError::new(Split::lent(context, main, dead)?);
                Ok(Box::pin(drive(flow, border, context)))
            })
        });
        (
            Outlet::new(self.clone(), main),
            Outlet::new(self.clone(), dead),
        )
    }

    /// A copy of the graph as it stands.
    pub fn graph(&self) -> Graph {
        self.lock().graph.clone()
    }

    /// Sets the capacity of the edges that are made from now on.
    pub(crate) fn set_default_capacity(&self, capacity: Capacity) {
        self.lock().capacity = Some(capacity);
    }

    /// Checks the graph and hands its parts out, once.
    pub(crate) fn take(&self) -> Result<Parts, BuildErrors> {
        let mut building = self.lock();
        let graph = building.graph.clone();
        let errors = if building.taken {
            vec![BuildError::AlreadyStarted]
        } else {
            check(&graph)
        };
        if !errors.is_empty() {
            let pipeline = graph.name;
            return Err(BuildErrors { pipeline, errors });
        }
        building.taken = true;
        Ok(Parts {
            graph,
            node_makers: std::mem::take(&mut building.node_makers),
            edge_makers: std::mem::take(&mut building.edge_makers),
            views: std::mem::take(&mut building.views),
            hooks: std::mem::take(&mut building.hooks),
        })
    }

    // === nodes ===

    /// Adds a node that reads these edges. `wire` gives it its outlets and
    /// its maker; all of it at once, so that no node stands without its maker.
    pub(crate) fn add_node<R>(
        &self,
        name: NodeName<'_>,
        inlets: &[EdgeId],
        wire: impl FnOnce(&mut NewNode<'_>) -> Made<R>,
    ) -> R {
        let mut building = self.lock();
        let node = building.push_node(name, inlets);
        let Made { edges, make } = wire(&mut NewNode {
            building: &mut building,
            node,
        });
        building.node_makers.push(make);
        edges
    }

    pub(crate) fn node_mut<R>(&self, edge: EdgeId, change: impl FnOnce(&mut NodeInfo) -> R) -> R {
        let mut building = self.lock();
        let graph = &mut building.graph;
        let from = graph.edges[edge.0].from;
        change(&mut graph.nodes[from])
    }

    /// Tells whether a stage of this identification stands in the graph.
    pub(crate) fn has_stage(&self, id: &str) -> bool {
        self.lock()
            .graph
            .nodes
            .iter()
            .any(|node| *node.stage == *id)
    }

    // === edges ===

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

    pub(crate) fn node_before(&self, edge: EdgeId) -> usize {
        self.lock().graph.edges[edge.0].from
    }

    /// Says how the reader of an edge sees its messages, if not as they are.
    pub(super) fn set_view(&self, edge: EdgeId, view: Option<View>) {
        let views = &mut self.lock().views;
        match view {
            Some(view) => views.insert(edge, view),
            None => views.remove(&edge),
        };
    }

    /// Says what the reader of an edge takes its messages for.
    pub(super) fn set_revealed(&self, edge: EdgeId, revealed: HiddenType) {
        let mut building = self.lock();
        let name = revealed.message().name();
        name.clone_into(&mut building.graph.edges[edge.0].message);
        building.revealed.insert(edge, revealed);
    }

    pub(super) fn revealed_as(&self, edge: EdgeId) -> Option<HiddenType> {
        self.lock().revealed.get(&edge).cloned()
    }

    /// The type of what lies on an edge.
    pub(super) fn carries(&self, edge: EdgeId) -> TypeId {
        self.lock().carries[edge.0]
    }

    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.building, &other.building)
    }

    // === scopes and faults ===

    /// Runs `build` with the nodes it makes counted to the stage `id`.
    pub(crate) fn in_stage<R>(&self, id: &str, cost: Cost, build: impl FnOnce() -> R) -> R {
        self.lock().open_scope(id, cost);
        let built = build();
        self.lock().close_scope();
        built
    }

    /// Runs `build`, in which one stage or module is added, and gives the
    /// nodes of that stage these settings.
    ///
    /// They win over what the stage says of its nodes; those of a stage inside
    /// of it win over these.
    pub fn with_settings<R>(&self, settings: Settings, build: impl FnOnce() -> R) -> R {
        self.lock().settings = Some(settings);
        let built = build();
        self.lock().settings = None;
        built
    }

    /// Runs `build` with the nodes it makes counted to one replica of the
    /// stage being built. The first of them is what was to be replicated: it
    /// gets the placement, and is worth a thread.
    pub(crate) fn in_replica<R>(
        &self,
        number: usize,
        placement: Placement,
        build: impl FnOnce() -> R,
    ) -> R {
        let first = {
            let mut building = self.lock();
            building.open_replica(number);
            building.graph.nodes.len()
        };
        let built = build();
        let mut building = self.lock();
        building.scopes.pop();
        let name = building.scopes.last().map(|scope| Arc::clone(&scope.path));
        if let Some(node) = building.graph.nodes.get_mut(first) {
            node.replica_of = name;
            if node.placement == Placement::ByCost {
                node.placement = placement;
            }
            if node.cost == Cost::Light {
                node.cost = Cost::Heavy;
            }
        }
        drop(building);
        built
    }

    /// Makes a node light, whatever its stage says, and keeps it beside that
    /// other one, or the one before it: it is there for others.
    pub(crate) fn keep_light(&self, node: usize, beside: Option<usize>) {
        let mut building = self.lock();
        building.settled.insert(node);
        let node = &mut building.graph.nodes[node];
        node.cost = Cost::Light;
        node.beside = beside;
    }

    /// Refuses the stage that is being built, as
    /// [`Outlet::refuse`] does, for a stage that has no outlet at hand.
    pub fn refuse(&self, reason: impl Into<String>) {
        self.lock().refuse(reason.into());
    }

    /// Says that the stage that is being built uses this file, and refuses it
    /// if that goes badly with how another one uses it.
    pub(crate) fn uses_file(&self, path: &Path, of: FileUse) {
        let mut building = self.lock();
        let stage = building.open_stage();
        if let Some(reason) = building.files.claim(path, of, Arc::clone(&stage)) {
            building.fault(BuildError::StageRefused { stage, reason });
        }
    }

    pub(crate) fn fault_at_last_node(&self, error: impl FnOnce(Arc<str>) -> BuildError) {
        let mut building = self.lock();
        if let Some(node) = building.graph.nodes.last() {
            let error = error(Arc::clone(&node.name));
            building.fault(error);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Building> {
        // Building runs user code only outside the lock.
        self.building.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl NewNode<'_> {
    /// Gives the node an outlet.
    pub(crate) fn outlet<T: Message>(&mut self) -> EdgeId {
        self.building.new_edge::<T>(self.node, false)
    }

    /// Gives the node an outlet for dead letters.
    pub(crate) fn dead_letters<T: Message>(&mut self) -> EdgeId {
        self.building.new_edge::<T>(self.node, true)
    }
}

impl<R> Made<R> {
    pub(crate) fn by(
        edges: R,
        make: impl FnOnce(&mut NodeContext) -> Result<NodeFuture, StageError> + Send + 'static,
    ) -> Self {
        Self {
            edges,
            make: Box::new(make),
        }
    }
}

impl Building {
    fn push_node(&mut self, name: NodeName<'_>, inlets: &[EdgeId]) -> usize {
        let of = match name {
            NodeName::Of(node, _) => Some(node),
            NodeName::Given(_) | NodeName::Operator(_) => None,
        };
        let name = self.full_name(name);
        let (stage, cost) = match self.scopes.last() {
            Some(scope) => (Arc::clone(&scope.id), scope.cost),
            None => (Arc::clone(&name), Cost::default()),
        };
        let (stage, cost) = match of {
            Some(of) => (Arc::clone(&self.graph.nodes[of].stage), Cost::Light),
            None => (stage, cost),
        };
        let node = self.graph.nodes.len();
        self.graph.nodes.push(NodeInfo {
            stage,
            name,
            cost,
            placement: Placement::default(),
            on_error: OnError::default(),
            replica_of: None,
            beside: None,
        });
        for inlet in inlets {
            self.graph.edges[inlet.0].to = Some(node);
        }
        node
    }

    fn new_edge<T: Message>(&mut self, from: usize, dead_letters: bool) -> EdgeId {
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

    fn open_scope(&mut self, id: &str, cost: Cost) {
        let settings = self.settings.take().unwrap_or_default();
        let path = match &settings.name {
            // A name is the user's: a second one like it is an error.
            Some(name) => self.within_scope(name),
            None => self.numbered(self.within_scope(id)),
        };
        let around = self.scopes.last().map(|scope| &scope.settings);
        self.scopes.push(Scope {
            id: id.into(),
            path: path.into(),
            cost,
            settings: settings.within(around),
            first: self.graph.nodes.len(),
        });
    }

    /// Gives the nodes of the scope its settings, but for those that a scope
    /// inside of it has given theirs.
    fn close_scope(&mut self) {
        let Some(scope) = self.scopes.pop() else {
            return;
        };
        for index in scope.first..self.graph.nodes.len() {
            if self.settled.insert(index) {
                let node = &mut self.graph.nodes[index];
                node.placement = scope.settings.placement.unwrap_or(node.placement);
                node.on_error = scope.settings.on_error.unwrap_or(node.on_error);
            }
        }
    }

    fn open_replica(&mut self, number: usize) {
        let Some(scope) = self.scopes.last() else {
            return;
        };
        let path = format!("{}.{number}", scope.path);
        let (id, cost) = (Arc::clone(&scope.id), scope.cost);
        let settings = Settings::default().within(Some(&scope.settings));
        // Taken, also for a later stage of the same name.
        *self.uses.entry(path.clone()).or_default() += 1;
        self.scopes.push(Scope {
            id,
            path: path.into(),
            cost,
            settings,
            first: self.graph.nodes.len(),
        });
    }

    /// A stage's own name stands for its node of the same name, so that a
    /// stage of one node reads `parse` and not `parse/parse`.
    fn full_name(&mut self, name: NodeName<'_>) -> Arc<str> {
        match name {
            NodeName::Given(given) => match self.scopes.last() {
                Some(scope) if *scope.id == *given => Arc::clone(&scope.path),
                _ => {
                    let name = self.within_scope(given);
                    // A later node of an operator of this name gets a number.
                    *self.uses.entry(name.clone()).or_default() += 1;
                    name.into()
                }
            },
            NodeName::Operator(operator) => match self.scopes.last() {
                // The stage `filter` is that operator, unless it has two of them.
                Some(scope) if *scope.id == *operator && !self.has_node(&scope.path) => {
                    Arc::clone(&scope.path)
                }
                _ => {
                    let name = self.within_scope(operator);
                    self.numbered(name).into()
                }
            },
            NodeName::Of(node, part) => {
                let name = format!("{}/{part}", self.graph.nodes[node].name);
                self.numbered(name).into()
            }
        }
    }

    fn has_node(&self, name: &str) -> bool {
        self.graph.nodes.iter().any(|node| *node.name == *name)
    }

    fn within_scope(&self, name: &str) -> String {
        match self.scopes.last() {
            Some(scope) => format!("{}/{name}", scope.path),
            None => name.to_owned(),
        }
    }

    fn numbered(&mut self, name: String) -> String {
        loop {
            let uses = self.uses.entry(name.clone()).or_default();
            *uses += 1;
            if *uses == 1 {
                return name;
            }
            let numbered = format!("{name}.{uses}");
            // A replica may have the name.
            if !self.uses.contains_key(&numbered) {
                return numbered;
            }
        }
    }

    fn refuse(&mut self, reason: String) {
        let stage = self.open_stage();
        self.fault(BuildError::StageRefused { stage, reason });
    }

    /// A closure for messages of one type is of no use to an edge of another.
    fn refuse_hook(&mut self, edge: EdgeId) {
        let from = &self.graph.nodes[self.graph.edges[edge.0].from].name;
        self.refuse(format!(
            "`.weigh(..)` and `.overflow_to(..)` cannot be used on the edge after `{from}`, whose \
             messages one of the nodes around it takes without their type: call them behind a \
             node of this stage, such as a `map`"
        ));
    }

    /// The path of the stage that is being built.
    fn open_stage(&self) -> Arc<str> {
        match self.scopes.last() {
            Some(scope) => Arc::clone(&scope.path),
            None => "(outside of any stage)".into(),
        }
    }

    fn fault(&mut self, error: BuildError) {
        let graph = &mut self.graph;
        graph.faults.push((graph.nodes.len(), error));
    }
}

impl fmt::Debug for GraphBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GraphBuilder")
            .field("graph", &self.lock().graph)
            .finish()
    }
}
