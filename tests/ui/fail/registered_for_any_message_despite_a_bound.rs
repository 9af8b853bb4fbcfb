use std::hash::Hash;

use millpond::graph::Outlet;
use millpond::message::Message;
use millpond::stage::{Identified, Stage};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Dedup {}

impl Identified for Dedup {
    const ID: &'static str = "dedup";
}

impl<T: Message + Hash> Stage<T> for Dedup {
    type Out = T;

    fn build(self, messages: Outlet<T>) -> Outlet<T> {
        messages
    }
}

millpond::register!(stage Dedup: any);

fn main() {}
