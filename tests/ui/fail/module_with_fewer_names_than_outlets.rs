use millpond::graph::Outlet;
use millpond::module;

#[module(outputs(short))]
fn sort(texts: Outlet<String>) -> (Outlet<String>, Outlet<String>) {
    let [short, long] = texts.partition("sort", |text| usize::from(text.len() > 9));
    (short, long)
}

fn main() {}
