#[path = "../stages.rs"]
#[allow(dead_code, reason = "each program uses some of it")]
mod stages;

use millpond::graph::Outlet;
use stages::{Event, Line, Numbered, Parse};

fn plain(lines: Outlet<Line>) -> Outlet<Event> {
    lines.stage(Parse)
}

fn numbered(lines: Outlet<Line, Numbered>) -> Outlet<Event, Numbered> {
    lines.stage(Parse)
}

fn main() {
    let _both: (fn(_) -> _, fn(_) -> _) = (plain, numbered);
}
