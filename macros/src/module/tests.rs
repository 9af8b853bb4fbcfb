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
    one_outlet_at_each_end_is_a_stage_too,
    "version = \"2.0.0\"",
    "/// Cleans lines.
     pub fn clean(lines: Outlet<String>, limit: usize) -> Outlet<String> { lines.stage(Trim { limit }) }"
);
snapshot!(
    outlets_have_names,
    "outputs(parsed, rejected)",
    "pub fn ingest(left: Outlet<String>, right: Outlet<Value>, #[config(range = 1..9)] limit: u64)
         -> (Outlet<Value>, Outlet<String>) { todo!() }"
);
snapshot!(
    messages_start_in_a_module_without_inlets,
    "",
    "fn feed(graph: &GraphBuilder, name: &str) -> Outlet<u64> { todo!() }"
);
snapshot!(
    a_struct_of_outlets_names_them,
    "",
    "fn tell(lines: Outlet<String>) -> Told { todo!() }"
);
snapshot!(
    everything_wrong_is_told_at_once,
    "outputs(a, b), types(u64)",
    "async fn wrong<T>((a, b): Outlet<T>, #[state] x: &mut u64) -> (Outlet<u64>, String) { todo!() }"
);
