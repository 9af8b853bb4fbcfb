use millpond::graph::Outlet;
use millpond::stage::Stage;

struct Trim;

impl Stage<String> for Trim {
    type Out = String;

    fn build(self, lines: Outlet<String>) -> Outlet<String> {
        lines.map(|line| line.trim().to_owned())
    }
}

fn main() {}
