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
    one_message_becomes_one_other,
    "",
    "/// Counts the letters of a line.
     pub fn letters(line: String) -> usize { line.chars().count() }"
);
snapshot!(
    a_lent_message_goes_into_the_dead_letter,
    "id = \"parse-number\", cost = heavy, version = \"1.2.0\", on_error = dead_letter",
    "/// Reads a number.
     ///
     /// # Errors
     ///
     /// For what is no number.
     pub(crate) fn parse(line: &str, #[config(default = 10, range = 2..=36)] radix: u32)
         -> Result<i64, std::num::ParseIntError> { i64::from_str_radix(line, radix) }"
);
snapshot!(
    options_become_fields_of_the_config_struct,
    "crate = pond, register = false",
    "/// Keeps what matches.
     pub fn grep(
         line: String,
         /// What to look for.
         pattern: &str,
         /// Words that rule a line out.
         #[config(default)] without: &[String],
         #[config(default = \"stderr\")] to: String,
         #[config(exists = \"file\")] list: Option<&Path>,
         #[config(secret)] token: &str,
         every: Duration,
     ) -> Option<String> { todo!() }"
);
snapshot!(
    state_is_made_on_the_worker,
    "types(String)",
    "pub fn dedup<T: Message + Clone + Hash>(
         message: T,
         capacity: usize,
         #[state(Recent::new(capacity))] seen: &mut Recent<u64>,
     ) -> Option<T> { todo!() }"
);
snapshot!(
    an_iterator_that_borrows_is_collected,
    "",
    "fn words(line: &str) -> impl Iterator<Item = String> { todo!() }"
);
snapshot!(
    an_iterator_that_owns_is_read_as_it_goes,
    "",
    "fn lines(path: PathBuf) -> io::Result<impl Iterator<Item = String>> { todo!() }"
);
snapshot!(
    calls_of_an_async_function_are_under_way_at_once,
    "concurrency = jobs, keyed(|url| url.host().to_owned())",
    "pub async fn fetch(url: &Url, client: &Client, jobs: usize) -> Result<Option<Page>, Failure> { todo!() }"
);
snapshot!(
    a_function_of_a_flow_is_the_closure_of_the_node,
    "",
    "pub fn smooth(readings: Flow<impl Progress<Item = f64>>, window: usize)
         -> Flow<impl Progress<Item = f64>> { readings.sliding(window).map(mean) }"
);
snapshot!(
    a_generic_stage_is_registered_with_the_capabilities_it_needs,
    "",
    "pub fn twice<T>(message: T) -> impl Iterator<Item = T> where T: Message + Clone { todo!() }"
);
snapshot!(
    everything_wrong_is_told_at_once,
    "id = \"Bad_Id\", cots = heavy, concurrency = 0, ordered, unordered",
    "fn wrong(#[config(default)] a: u64, &mut (b, c): (u64, u64), #[confg] d: u64, #[state] e: u64) {}"
);
snapshot!(
    what_is_there_under_a_condition_is_so_as_a_whole,
    "register = false",
    "#[cfg(feature = \"gpu\")] pub fn blur(image: Image) -> Image { image }"
);
snapshot!(
    methods_of_a_type_become_its_stage,
    "id = \"running-total\"",
    "impl Total {
         fn process(&mut self, n: u64) -> u64 { self.0 += n; self.0 }
     }"
);
snapshot!(
    a_method_gives_a_last_message,
    "",
    "impl Runs {
         fn process(&mut self, word: &str) -> Result<Option<Run>, Empty> { todo!() }
         fn finish(self) -> Option<Run> { self.run }
     }"
);
snapshot!(
    an_async_method_shares_the_stage,
    "concurrency = 4, unordered",
    "impl Client { async fn process(&self, id: u64) -> Record { todo!() } }"
);
snapshot!(
    wrong_methods_are_told,
    "",
    "impl Total { fn proces(self, n: u64, m: u64) {} }"
);

snapshot!(
    several_flows_are_several_inlets,
    "",
    "fn pair(left: Flow<impl Progress<Item = u64>>, right: Flow<impl Progress<Item = String>>, most: usize)
         -> Flow<impl Progress<Item = (u64, String)>> { left.zip(right).take(most) }"
);
snapshot!(
    several_flows_that_leave_are_several_outlets,
    "outputs(good, bad)",
    "fn split(lines: Flow<impl Progress<Item = String>>)
         -> (Flow<impl Progress<Item = u64>>, Flow<impl Progress<Item = ParseIntError>>) { todo!() }"
);
snapshot!(
    variants_are_routed_to_their_outlets,
    "route",
    "fn sort(line: String) -> Sorted { todo!() }"
);
snapshot!(
    wrong_flows_are_told,
    "outputs(a), route",
    "async fn wrong<T: Message>(a: Flow<impl Progress<Item = T>>, b: Flow<Bare>, name: &str)
         -> (Flow<impl Progress<Item = T>>, String) { todo!() }"
);

snapshot!(
    errors_that_there_are_none_of_need_no_handling,
    "on_error = stop",
    "fn letters(line: String) -> usize { todo!() }"
);
snapshot!(
    several_flows_are_neither_routed_nor_registered_for_others,
    "outputs(a, b), route, types(u64), on_error = dead_letter",
    "fn split(lines: Flow<impl Progress<Item = String>>)
         -> (Flow<impl Progress<Item = u64>>, Flow<impl Progress<Item = u64>>) { todo!() }"
);
snapshot!(
    one_name_is_too_few_for_two_outlets,
    "outputs(a)",
    "fn split(lines: Flow<impl Progress<Item = String>>)
         -> (Flow<impl Progress<Item = u64>>, Flow<impl Progress<Item = u64>>) { todo!() }"
);
snapshot!(
    five_flows_are_too_many,
    "",
    "fn five(
         a: Flow<impl Progress<Item = u64>>,
         b: Flow<impl Progress<Item = u64>>,
         c: Flow<impl Progress<Item = u64>>,
         d: Flow<impl Progress<Item = u64>>,
         e: Flow<impl Progress<Item = u64>>,
     ) -> Flow<impl Progress<Item = u64>> { todo!() }"
);
snapshot!(
    both_the_message_and_what_is_returned_may_be_wrong,
    "",
    "fn wrong(line: &mut String) -> Flow<impl Progress<Item = u64>> { todo!() }"
);

#[test]
fn a_half_typed_body_keeps_the_stage() {
    let item = "fn half(line: String) -> usize { line. }";
    let tokens = expand("".parse().unwrap(), &item.parse().unwrap()).to_string();
    assert!(tokens.contains("struct Half"), "{tokens}");
    assert!(tokens.contains("Identified for Half"), "{tokens}");
    assert!(!tokens.contains("compile_error"), "{tokens}");
}

#[test]
fn a_signature_that_cannot_be_read_gives_the_item_back() {
    let tokens = expand("".parse().unwrap(), &"struct NoFunction;".parse().unwrap()).to_string();
    assert!(tokens.starts_with("struct NoFunction ;"), "{tokens}");
    assert!(tokens.contains("compile_error"), "{tokens}");
}
