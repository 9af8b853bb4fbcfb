use millpond::sink;

#[sink]
fn count(text: String) -> usize {
    text.len()
}

fn main() {}
