//! Operators that reckon with the times that items carry.
//!
//! | method | gives |
//! | --- | --- |
//! | [`assign_timestamps`](crate::Flow::assign_timestamps) | items with their times, and watermarks |
//! | [`merge_watermarks`](fn@merge_watermarks) | the records of many flows, under one watermark |
//! | [`reorder`](crate::Flow::reorder) | records in the order of their times |
//! | [`tumbling_event_time`](crate::Flow::tumbling_event_time) | one result for each window of time |
//!
//! Results do not depend on how fast items come, only on the times that they
//! bear. `assign_timestamps` makes a flow of [`Element`]s out of any flow: the
//! items with their times, and between them watermarks, which say up to what
//! time everything is expected to have come. The other operators wait for
//! watermarks, never for a clock. The end of a flow counts as a watermark past
//! all times.
//!
//! A record that comes after its watermark is late. It is never dropped
//! silently: `reorder` and `tumbling_event_time` emit it beside their results,
//! as [`Routed::Side`](crate::fan_out::Routed::Side). Give a larger lateness to
//! `assign_timestamps` where too many are late; results then come later by as
//! much. To pass only the results on to the next operator of this group, use
//! `.filter_map(Routed::main)`.

mod assign_timestamps;
mod element;
mod merge_watermarks;
mod reorder;
mod time;
mod tumbling_event_time;

pub use assign_timestamps::AssignTimestamps;
pub use element::{Element, Timed};
pub use merge_watermarks::{MergeWatermarks, merge_watermarks};
pub use reorder::Reorder;
pub use time::EventTime;
pub use tumbling_event_time::TumblingEventTime;
