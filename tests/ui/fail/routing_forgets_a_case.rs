use millpond::Pipeline;
use millpond::stages::FromIter;

#[derive(Clone, Copy)]
enum Level {
    Info,
    Warning,
    Error,
}

fn main() {
    let [quiet, loud] = Pipeline::named("wrong")
        .source(FromIter::new([Level::Info, Level::Warning, Level::Error]))
        .partition("level", |level| match level {
            Level::Info => 0,
            Level::Error => 1,
        });
    quiet.ignore();
    loud.ignore();
}
