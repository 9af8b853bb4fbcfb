//! The operators of the `filter` group.

mod dedup;
mod dedup_by_key;
mod distinct;
mod distinct_by_key;
mod filter;
mod filter_map;
mod limit;
mod limit_weighted;
mod map_while;
mod skip;
mod skip_last;
mod skip_while;
mod take;
mod take_last;
mod take_until;
mod take_while;
mod take_while_inclusive;
