use millpond::graph::Outlet;
use millpond::stage::{Identified, Stage};

struct Count;

impl Identified for Count {
    const ID: &'static str = "count";
}

impl Stage<String> for Count {
    type Out = u64;

    fn build(self, texts: Outlet<String>) -> Outlet<u64> {
        texts.map(|text| text.len())
    }
}

fn main() {}
