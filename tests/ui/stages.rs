use millpond::graph::Outlet;
use millpond::stage::{Identified, Sink, Stage};

pub struct Line(pub String);

pub struct Event {
    pub words: usize,
}

/// Accepts lines.
pub struct Parse;

impl Identified for Parse {
    const ID: &'static str = "parse";
}

impl Stage<Line> for Parse {
    type Out = Event;

    fn build(self, lines: Outlet<Line>) -> Outlet<Event> {
        lines.map(|line| Event {
            words: line.0.split(' ').count(),
        })
    }
}

/// Accepts lines, which pass, and bytes, which it counts.
pub struct Either;

impl Identified for Either {
    const ID: &'static str = "either";
}

impl Stage<Line> for Either {
    type Out = Line;

    fn build(self, lines: Outlet<Line>) -> Outlet<Line> {
        lines
    }
}

impl Stage<Vec<u8>> for Either {
    type Out = usize;

    fn build(self, bytes: Outlet<Vec<u8>>) -> Outlet<usize> {
        bytes.map(|bytes| bytes.len())
    }
}

/// Accepts events.
pub struct Store;

impl Identified for Store {
    const ID: &'static str = "store";
}

impl Sink<Event> for Store {
    fn build(self, events: Outlet<Event>) {
        events.for_each("store", |event| assert!(event.words > 0));
    }
}

/// Accepts events, and drops those that repeat the one before: it works on the
/// whole stream.
#[derive(Clone)]
pub struct Changes;

impl Identified for Changes {
    const ID: &'static str = "changes";
}

impl Stage<Event> for Changes {
    type Out = Event;

    fn build(self, events: Outlet<Event>) -> Outlet<Event> {
        events.node(Self::ID, |events| events.dedup_by_key(|event| event.words))
    }
}
