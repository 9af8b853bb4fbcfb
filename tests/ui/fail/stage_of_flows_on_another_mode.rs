#[path = "../stages.rs"]
#[allow(dead_code, reason = "each program uses some of it")]
mod stages;

use millpond::graph::Outlet;
use stages::{Line, Numbered, Pairs};

fn wrong(lines: Outlet<Line, Numbered>) -> Outlet<Vec<Line>, Numbered> {
    lines.stage(Pairs)
}

fn main() {}
