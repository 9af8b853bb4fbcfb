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
    an_iterator_is_read_on_the_worker,
    "",
    "/// Counts.
     pub fn count(to: u64) -> impl Iterator<Item = u64> { 0..to }"
);
snapshot!(
    what_cannot_be_opened_ends_the_run,
    "cost = blocking, on_error = stop",
    "pub fn lines(#[config(exists = \"file\")] path: PathBuf)
         -> io::Result<impl Iterator<Item = io::Result<String>>> { todo!() }"
);
snapshot!(
    an_async_body_emits,
    "emits = u64",
    "async fn ticks(every: Duration) {
         let mut n = 0;
         loop { sleep(every).await; emit!(n); n += 1; }
     }"
);
snapshot!(
    an_async_body_may_fail,
    "emits = Result<Row, DbError>",
    "async fn rows(url: String) { let mut db = Db::open(&url).await?; while let Some(row) = db.next().await? { emit!(row) } }"
);
snapshot!(
    a_poll_function_looks_out_for_the_stop,
    "",
    "fn pull(cx: &mut Context<'_>, stopped: &mut Stopped, #[state(connect(port))] queue: &mut Queue, port: u16)
         -> Poll<Option<Event>> { todo!() }"
);
snapshot!(
    a_stream_may_take_the_stop_along,
    "",
    "fn listen(port: u16, stopped: Stopped) -> io::Result<impl Stream<Item = io::Result<Event>>> { todo!() }"
);
snapshot!(
    methods_make_one_message_after_the_other,
    "register = false",
    "impl Reader { async fn next(&mut self) -> Option<Result<Line, Broken>> { todo!() } }"
);
snapshot!(
    everything_wrong_is_told_at_once,
    "emit = u64, types(u64)",
    "async unsafe fn wrong<T>(path: &Path) -> T { todo!() }"
);
snapshot!(
    what_borrows_is_told,
    "",
    "fn lines(path: &Path) -> impl Iterator<Item = String> { todo!() }"
);

snapshot!(
    what_is_polled_is_lent_the_stop,
    "on_error = stop",
    "fn pull(cx: &mut Context<'_>, stopped: Stopped) -> Poll<Option<u64>> { todo!() }"
);
snapshot!(
    a_method_that_polls_does_not_wait,
    "",
    "impl Queue { async fn poll(&mut self) -> Poll<Option<u64>> { todo!() } }"
);
