use std::hash::Hash;

use millpond::graph::Outlet;
use millpond::message::{Message, Mode};
use millpond::stage::{Identified, Sink, Stage};

#[derive(Clone, PartialEq, Eq)]
pub struct Line(pub String);

pub struct Event {
    pub words: usize,
}

/// Accepts lines, in every mode.
#[derive(Clone)]
pub struct Parse;

impl Identified for Parse {
    const ID: &'static str = "parse";
}

impl<M: Mode> Stage<Line, M> for Parse {
    type Out = Event;

    fn build(self, lines: Outlet<Line, M>) -> Outlet<Event, M> {
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

/// Accepts owned texts.
pub struct Trim;

impl Identified for Trim {
    const ID: &'static str = "trim";
}

impl Stage<String> for Trim {
    type Out = String;

    fn build(self, texts: Outlet<String>) -> Outlet<String> {
        texts.map(|text| text.trim().to_owned())
    }
}

/// Accepts lines on plain edges only.
pub struct Pairs;

impl Identified for Pairs {
    const ID: &'static str = "pairs";
}

impl Stage<Line> for Pairs {
    type Out = Vec<Line>;

    fn build(self, lines: Outlet<Line>) -> Outlet<Vec<Line>> {
        lines.node(Self::ID, |lines| lines.chunks(2))
    }
}

/// Accepts whatever can be kept in a set.
#[derive(Clone)]
pub struct Dedup;

impl Identified for Dedup {
    const ID: &'static str = "dedup";
}

impl<T: Message + Clone + Eq + Hash, M: Mode> Stage<T, M> for Dedup {
    type Out = T;

    fn build(self, messages: Outlet<T, M>) -> Outlet<T, M> {
        let mut seen = std::collections::HashSet::new();
        messages.filter(move |message| seen.insert(message.clone()))
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

/// Accepts lines.
pub struct StoreLines;

impl Identified for StoreLines {
    const ID: &'static str = "store-lines";
}

impl Sink<Line> for StoreLines {
    fn build(self, lines: Outlet<Line>) {
        lines.for_each("store", |line| assert!(!line.0.is_empty()));
    }
}

/// A mode of edges that number their messages.
#[derive(Debug)]
pub enum Numbered {}

impl Mode for Numbered {
    type Of<T: Message> = (u64, T);
    type Place = u64;

    fn map<A: Message, B: Message>((n, message): (u64, A), f: impl FnOnce(A) -> B) -> (u64, B) {
        (n, f(message))
    }

    fn filter_map<A: Message, B: Message>(
        (n, message): (u64, A),
        f: impl FnOnce(A) -> Option<B>,
    ) -> Option<(u64, B)> {
        Some((n, f(message)?))
    }

    fn take_in<A: Message>(last: &mut u64, (n, message): (u64, A)) -> A {
        *last = n;
        message
    }

    fn gather<A: Message>(last: u64, messages: Vec<A>) -> (u64, Vec<A>) {
        (last, messages)
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
