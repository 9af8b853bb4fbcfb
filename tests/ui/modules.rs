use millpond::graph::{GraphBuilder, Outlet};
use millpond::module::Module;
use millpond::ports;
use millpond::stage::Identified;

ports! {
    /// What `Tell` gives back.
    pub struct Told {
        numbers: u64,
        others: String,
    }
}

/// Tells the texts that are numbers from those that are not.
pub struct Tell;

impl Identified for Tell {
    const ID: &'static str = "tell";
}

impl Module for Tell {
    type In = Outlet<String>;
    type Out = Told;

    fn build(self, _: &GraphBuilder, texts: Outlet<String>) -> Told {
        let [maybe, others] =
            texts.partition("tell", |text| usize::from(text.parse::<u64>().is_err()));
        Told {
            numbers: maybe.filter_map(|text| text.parse().ok()),
            others,
        }
    }
}

/// Joins two outlets.
pub struct Join;

impl Identified for Join {
    const ID: &'static str = "join";
}

impl Module for Join {
    type In = (Outlet<String>, Outlet<String>);
    type Out = Outlet<String>;

    fn build(self, _: &GraphBuilder, (left, right): Self::In) -> Outlet<String> {
        left.merge("both", [right])
    }
}
