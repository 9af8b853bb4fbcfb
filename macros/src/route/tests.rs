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
    each_variant_has_an_outlet,
    "crate = pond",
    "/// Where lines go.
     pub enum Sorted { Parsed(Value), TooLong(String) }"
);
snapshot!(
    everything_wrong_is_told_at_once,
    "id = \"sorted\"",
    "enum Wrong { Empty, Pair(u64, u64), Fine(u64) }"
);
