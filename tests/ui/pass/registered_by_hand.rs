use millpond::graph::Outlet;
use millpond::message::Message;
use millpond::stage::{Identified, Registry, Stage};

/// Cuts texts short, and drops other messages.
#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Cut {
    /// How long a text may be.
    length: usize,
}

impl Identified for Cut {
    const ID: &'static str = "cut";
}

impl Stage<String> for Cut {
    type Out = String;

    fn build(self, texts: Outlet<String>) -> Outlet<String> {
        texts.map(move |text| text.chars().take(self.length).collect())
    }
}

/// Lets everything pass.
#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Pass {}

impl Identified for Pass {
    const ID: &'static str = "pass";
}

impl<T: Message + Clone> Stage<T> for Pass {
    type Out = T;

    fn build(self, messages: Outlet<T>) -> Outlet<T> {
        messages
    }
}

millpond::register!(stage Cut: String; version = "1.2.0");
millpond::register!(stage Pass: any + Clone);

fn main() {
    let registry = Registry::collected().unwrap();
    assert_eq!(registry.latest("cut").unwrap().to_string(), "cut: String -> String");
    assert!(registry.latest("pass").is_ok());
}
