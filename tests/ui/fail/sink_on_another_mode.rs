#[path = "../stages.rs"]
#[allow(dead_code, reason = "each program uses some of it")]
mod stages;

use millpond::graph::Outlet;
use stages::{Event, Numbered, Store};

fn wrong(events: Outlet<Event, Numbered>) {
    events.sink(Store);
}

fn main() {}
