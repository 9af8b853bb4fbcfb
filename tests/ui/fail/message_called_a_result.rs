use millpond::stage;

struct SearchResult<T>(T);

#[stage]
fn search(line: String) -> SearchResult<String> {
    SearchResult(line)
}

fn main() {}
