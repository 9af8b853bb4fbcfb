use millpond::graph::Outlet;
use millpond::module;

#[module]
fn copies(texts: Outlet<String>) -> Vec<Outlet<String>> {
    texts.broadcast::<4>("copy").into()
}

fn main() {}
