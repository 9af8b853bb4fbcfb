use millpond::Pipeline;
use millpond::stages::FromIter;

async fn wrong() {
    Pipeline::named("wrong")
        .source(FromIter::new(0..10_u64))
        .run()
        .await;
}

fn main() {}
