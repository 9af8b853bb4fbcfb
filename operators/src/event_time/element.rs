use super::EventTime;

/// An item with the time at which it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "the item in it is dropped with it"]
pub struct Timed<T> {
    /// When it happened.
    pub time: EventTime,
    /// The item.
    pub item: T,
}

/// What flows between the operators of this group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Element<T> {
    /// An item with its time.
    Record(Timed<T>),
    /// Says that no record at or before this time is expected any more.
    ///
    /// One that comes nevertheless is late. The end of a flow says it of all
    /// times.
    Watermark(EventTime),
}

impl<T> Element<T> {
    /// Makes a record.
    pub fn record(time: EventTime, item: T) -> Self {
        Self::Record(Timed { time, item })
    }

    /// Gives the record, if it is one.
    pub fn into_record(self) -> Option<Timed<T>> {
        match self {
            Self::Record(record) => Some(record),
            Self::Watermark(_) => None,
        }
    }
}
