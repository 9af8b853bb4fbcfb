#[path = "../stages.rs"]
#[allow(dead_code, reason = "each program uses some of it")]
mod stages;

use millpond::graph::Outlet;
use stages::{Event, Line, Numbered, Parse};

fn wrong(lines: Outlet<Line>) -> Outlet<Event, Numbered> {
    lines.stage(Parse)
}

fn main() {}
