use millpond::graph::Outlet;
use millpond::module;

#[module]
async fn clean(texts: Outlet<String>) -> Outlet<String> {
    texts
}

fn main() {}
