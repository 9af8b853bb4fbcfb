use millpond::graph::Outlet;
use millpond::message::Message;
use millpond::stage::{Identified, Sink};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Forget {}

impl Identified for Forget {
    const ID: &'static str = "forget";
}

impl<T: Message> Sink<T> for Forget {
    fn build(self, messages: Outlet<T>) {
        messages.ignore();
    }
}

millpond::register!(sink Forget: any, String);

fn main() {}
