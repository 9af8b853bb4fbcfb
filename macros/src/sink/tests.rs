use super::expand;
use crate::tests::expanded;

macro_rules! snapshot {
    ($name:ident, $args:expr, $item:expr) => {
        #[test]
        fn $name() {
            insta::assert_snapshot!(expanded(expand, $args, $item));
        }
    };
}

snapshot!(
    each_message_is_handed_over,
    "",
    "/// Prints lines.
     pub fn print(line: &str, prefix: &str) { println!(\"{prefix}{line}\") }"
);
snapshot!(
    an_error_ends_the_run,
    "",
    "fn write(line: String, #[state(File::create(path))] file: &mut File, path: &Path) -> io::Result<()> { todo!() }"
);
snapshot!(
    an_error_may_be_a_dead_letter,
    "on_error = dead_letter, concurrency = 4",
    "async fn post(event: &Event, url: &str) -> Result<(), Refused> { todo!() }"
);
snapshot!(
    several_messages_are_taken_at_once,
    "batch = most, linger = \"5ms\"",
    "async fn insert(rows: Vec<Row>, table: &Table, most: usize) -> Result<(), DbError> { todo!() }"
);
snapshot!(
    a_foreign_sink_takes_all,
    "",
    "fn socket(address: String) -> io::Result<impl Sink<Bytes, Error = io::Error>> { todo!() }"
);
snapshot!(
    methods_are_told_the_end,
    "",
    "impl Store {
         fn process(&mut self, row: Row) -> io::Result<()> { todo!() }
         fn finish(self) -> io::Result<()> { todo!() }
     }"
);
snapshot!(
    a_sink_of_everything,
    "",
    "fn show<T: Message + Debug>(message: T) { println!(\"{message:?}\") }"
);
snapshot!(
    everything_wrong_is_told_at_once,
    "linger = \"soon\", concurrency = 2, bach = 3",
    "fn wrong(line: String) -> usize { 0 }"
);
snapshot!(
    a_batch_is_taken_as_one,
    "batch = 0",
    "fn wrong(line: String) {}"
);

snapshot!(
    methods_that_wait_get_at_the_stage_one_after_the_other,
    "",
    "impl Store { async fn process(&mut self, row: Row) -> io::Result<()> { todo!() } }"
);
snapshot!(
    what_follows_the_last_message_waits_for_each,
    "concurrency = 4, on_error = dead_letter",
    "impl Store {
         async fn process(&self, row: Row) -> io::Result<()> { todo!() }
         fn finish(self) {}
     }"
);
snapshot!(
    a_failed_batch_is_no_dead_letter,
    "batch = 64, on_error = dead_letter",
    "fn insert(rows: Vec<Row>) -> io::Result<()> { todo!() }"
);
snapshot!(
    a_stage_that_changes_while_it_waits_has_no_dead_letters,
    "on_error = dead_letter",
    "impl Store { async fn process(&mut self, row: Row) -> io::Result<()> { todo!() } }"
);
snapshot!(
    no_error_needs_no_handling,
    "on_error = stop",
    "fn print(line: String) {}"
);
snapshot!(
    a_foreign_sink_handles_no_error,
    "on_error = dead_letter",
    "fn socket() -> impl Sink<Bytes, Error = io::Error> { todo!() }"
);
