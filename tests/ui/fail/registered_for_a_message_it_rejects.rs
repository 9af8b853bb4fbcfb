use millpond::graph::Outlet;
use millpond::stage::{Identified, Stage};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Trim {}

impl Identified for Trim {
    const ID: &'static str = "trim";
}

impl Stage<String> for Trim {
    type Out = String;

    fn build(self, texts: Outlet<String>) -> Outlet<String> {
        texts.map(|text| text.trim().to_owned())
    }
}

millpond::register!(stage Trim: Vec<u8>);

fn main() {}
