use millpond::source;

#[source]
async fn ticks(most: u64) {
    for n in 0..most {
        emit!(n);
    }
}

fn main() {}
