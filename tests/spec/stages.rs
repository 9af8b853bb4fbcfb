//! Stages of a user, for specs of tests.

use std::time::Duration;

use millpond::graph::{GraphBuilder, Outlet};
use millpond::message::{Message, Mode};
use millpond::module::Module;
use millpond::operators::flow;
use millpond::ports;
use millpond::stage::config::{Secret, duration};
use millpond::stage::{Identified, Sink, Source, Stage};
use schemars::JsonSchema;
use serde::Deserialize;

/// A message that can do nothing.
pub(crate) struct Ticket(u64);

/// Emits tickets.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Tickets {
    /// How many.
    #[serde(default)]
    count: u64,
}

impl Identified for Tickets {
    const ID: &'static str = "tickets";
}

impl Source for Tickets {
    type Out = Ticket;

    fn build(self, graph: &GraphBuilder) -> Outlet<Ticket> {
        graph.node(Self::ID, move || flow((0..self.count).map(Ticket)))
    }
}

millpond::register!(source Tickets);

/// Turns tickets into texts.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Stamp {
    /// What stands before the number.
    #[serde(default)]
    prefix: String,
}

impl Identified for Stamp {
    const ID: &'static str = "stamp";
}

impl Stage<Ticket> for Stamp {
    type Out = String;

    fn build(self, tickets: Outlet<Ticket>) -> Outlet<String> {
        tickets.node(Self::ID, move |tickets| {
            tickets.map(move |Ticket(number)| format!("{}{number}", self.prefix))
        })
    }
}

millpond::register!(stage Stamp: Ticket);

/// Tells even tickets from odd ones.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Parity {}

ports! {
    /// What `Parity` gives back.
    pub(crate) struct Told {
        even: Ticket,
        odd: Ticket,
    }
}

impl Identified for Parity {
    const ID: &'static str = "parity";
}

impl Module for Parity {
    type In = Outlet<Ticket>;
    type Out = Told;

    fn build(self, _: &GraphBuilder, tickets: Outlet<Ticket>) -> Told {
        let [even, odd] = tickets.partition("tell", |Ticket(n)| usize::from(n % 2 == 1));
        Told { even, odd }
    }
}

millpond::register!(module Parity);

/// Fails at every message that is longer than allowed.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Short {
    /// How long a text may be.
    #[schemars(range(min = 1, max = 10))]
    length: usize,
}

impl Identified for Short {
    const ID: &'static str = "short";
}

impl Stage<String> for Short {
    type Out = String;

    fn build(self, texts: Outlet<String>) -> Outlet<String> {
        let (short, _long) = texts.try_node(Self::ID, move |texts| {
            texts.map(move |text: String| {
                if text.len() > self.length {
                    Err(format!("`{text}` is too long"))
                } else {
                    Ok(text)
                }
            })
        });
        short
    }
}

millpond::register!(stage Short: String);

/// Puts texts into brackets, in every mode.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Bracket {}

impl Identified for Bracket {
    const ID: &'static str = "bracket";
}

impl<M: Mode> Stage<String, M> for Bracket {
    type Out = String;

    fn build(self, texts: Outlet<String, M>) -> Outlet<String, M> {
        texts.map(|text| format!("[{text}]"))
    }
}

millpond::register!(stage Bracket: String);

/// Hands messages of every type on, in every mode.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Pass {}

impl Identified for Pass {
    const ID: &'static str = "pass";
}

impl<T: Message, M: Mode> Stage<T, M> for Pass {
    type Out = T;

    fn build(self, input: Outlet<T, M>) -> Outlet<T, M> {
        input.map(|message| message)
    }
}

millpond::register!(stage Pass: any);

/// Emits nothing, after a word.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Locked {
    /// The word.
    #[schemars(length(max = 6))]
    token: Secret,
    /// How long it would wait.
    #[serde(with = "duration")]
    #[schemars(schema_with = "duration::schema")]
    wait: Duration,
}

impl Identified for Locked {
    const ID: &'static str = "locked";
}

impl Source for Locked {
    type Out = String;

    fn build(self, graph: &GraphBuilder) -> Outlet<String> {
        drop((self.token, self.wait));
        graph.node(Self::ID, || flow(std::iter::empty::<String>()))
    }
}

millpond::register!(source Locked);

/// Forgets messages.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Forget {}

impl Identified for Forget {
    const ID: &'static str = "forget";
}

impl<T: Message> Sink<T> for Forget {
    fn build(self, input: Outlet<T>) {
        input.ignore();
    }
}

millpond::register!(sink Forget: any);
