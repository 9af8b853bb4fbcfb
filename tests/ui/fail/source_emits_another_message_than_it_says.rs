use millpond::source;

#[source(emits = u64)]
async fn ticks(most: u32) {
    for n in 0..most {
        emit!(n);
    }
}

fn main() {}
