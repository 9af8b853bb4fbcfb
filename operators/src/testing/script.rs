use std::fmt;

use proptest::collection::vec;
use proptest::prelude::*;

/// How long the future of a token takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Done at its first poll.
    Now,
    /// Done at its second poll; the first one wakes the task.
    PendNow,
    /// Done when the driver, which has nothing else to do, opens its gate.
    PendLater,
    /// Done after a number of milliseconds on tokio's clock.
    Wait(u8),
}

/// What the source does next. It ends after the last event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Gives a token, whose future has the pace.
    Item(Pace),
    /// Gives a token, which [`checked`](super::Token::checked) makes an error.
    Error(Pace),
    /// Gives a token, and panics where its value is asked for.
    Poison(Pace),
    /// Is pending once, and wakes the task at once.
    PendNow,
    /// Is pending until the driver, which has nothing else to do, wakes it.
    PendLater,
    /// Is pending for a number of milliseconds on tokio's clock.
    Wait(u8),
    /// Panics, and has ended then.
    Panic,
}

/// What the consumer does next. After the last step it polls to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Takes the next item, after the wake for it.
    Poll,
    /// Takes up to so many items at once, after the wake for them.
    PollMany(u8),
    /// Polls once without a wake.
    SpuriousPoll,
    /// Polls once with a new waker, and is deaf to the old one.
    SwapWaker,
    /// Calls `poll_progress` a number of times instead of polling.
    Skip(u8),
    /// Calls `poll_progress` until nothing moves any more.
    Block,
    /// Calls what [`on_stop`](super::Source::on_stop) was given, twice.
    Stop,
    /// Drops the operator.
    DropNow,
}

/// What the source says about the number of its items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// The number.
    Exact,
    /// Half of it at the least, and twice as much at the most.
    Loose,
    /// Nothing.
    Unknown,
}

/// One run, wholly fixed.
#[derive(Clone)]
pub struct Script {
    /// The events of each input.
    pub inputs: Vec<Vec<Event>>,
    /// The steps of the consumer.
    pub consumer: Vec<Step>,
    /// What the inputs say of their lengths.
    pub hint: Hint,
    /// Whether the driver opens the newest gate first, or the oldest.
    pub newest_first: bool,
}

impl Script {
    /// Gives `count` items on each input without a pause to an eager consumer.
    pub fn plain(inputs: usize, count: usize) -> Self {
        Self {
            inputs: vec![vec![Event::Item(Pace::Now); count]; inputs],
            consumer: Vec::new(),
            hint: Hint::Exact,
            newest_first: false,
        }
    }

    /// Gives `count` items on each input, and then nothing for a long time.
    pub(super) fn silent(inputs: usize, count: usize) -> Self {
        let mut script = Self::plain(inputs, count);
        for events in &mut script.inputs {
            events.push(Event::PendLater);
        }
        script
    }

    /// Whether it is one of [`plain`](Self::plain).
    pub(super) fn is_plain(&self) -> bool {
        let mut events = self.inputs.iter().flatten();
        self.consumer.is_empty() && events.all(|event| *event == Event::Item(Pace::Now))
    }

    /// Whether a closure or an input may panic.
    pub(super) fn may_panic(&self) -> bool {
        let panics = |event: &Event| matches!(event, Event::Poison(_) | Event::Panic);
        self.inputs.iter().flatten().any(panics)
    }

    pub(super) fn strategy(
        inputs: usize,
        blocks: bool,
        stops: bool,
    ) -> impl Strategy<Value = Self> {
        // Most scripts are free of panics, since little else is checked in
        // those that have one.
        let events = prop_oneof![
            3 => vec(event(false), 0..24),
            1 => vec(event(true), 0..24),
        ];
        let hint = prop_oneof![Just(Hint::Exact), Just(Hint::Loose), Just(Hint::Unknown)];
        let inputs = vec(events, inputs);
        (
            inputs,
            vec(step(blocks, true, stops), 0..16),
            hint,
            any::<bool>(),
        )
            .prop_map(|(inputs, consumer, hint, newest_first)| Self {
                inputs,
                consumer,
                hint,
                newest_first,
            })
    }

    /// Scripts whose consumer always asks for the next item at once.
    ///
    /// Items arrive at even milliseconds only, so that a model with odd waits
    /// has no ties to break.
    pub(super) fn eager_strategy() -> impl Strategy<Value = Self> {
        let even = |event| match event {
            Event::Wait(ms) => Event::Wait(ms / 2 * 2 + 2),
            other => other,
        };
        let events = vec(event(false).prop_map(even), 0..24);
        (events, vec(step(false, false, false), 0..16)).prop_map(|(events, consumer)| Self {
            inputs: vec![events],
            consumer,
            hint: Hint::Exact,
            newest_first: false,
        })
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inputs: Vec<_> = self.inputs.iter().map(|events| Runs(events)).collect();
        f.debug_struct("Script")
            .field("inputs", &inputs)
            .field("consumer", &Runs(&self.consumer))
            .field("hint", &self.hint)
            .field("newest_first", &self.newest_first)
            .finish()
    }
}

/// Prints runs of equal entries once, with their length.
struct Runs<'a, T>(&'a [T]);

impl<T: fmt::Debug + PartialEq> fmt::Debug for Runs<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        for run in self.0.chunk_by(PartialEq::eq) {
            match run {
                [entry] => list.entry(entry),
                run => list.entry(&format_args!("{:?} x {}", run[0], run.len())),
            };
        }
        list.finish()
    }
}

fn pace() -> impl Strategy<Value = Pace> {
    prop_oneof![
        4 => Just(Pace::Now),
        2 => Just(Pace::PendNow),
        3 => Just(Pace::PendLater),
        1 => (1_u8..12).prop_map(Pace::Wait),
    ]
}

fn event(panics: bool) -> impl Strategy<Value = Event> {
    prop_oneof![
        11 => pace().prop_map(Event::Item),
        1 => pace().prop_map(Event::Error),
        3 => Just(Event::PendNow),
        3 => Just(Event::PendLater),
        2 => (1_u8..12).prop_map(Event::Wait),
        u32::from(panics) => pace().prop_map(Event::Poison),
        u32::from(panics) => Just(Event::Panic),
    ]
}

fn step(blocks: bool, drops: bool, stops: bool) -> impl Strategy<Value = Step> {
    let blocks = u32::from(blocks);
    prop_oneof![
        6 => Just(Step::Poll),
        4 => (1_u8..7).prop_map(Step::PollMany),
        2 => Just(Step::SpuriousPoll),
        2 => Just(Step::SwapWaker),
        2 * blocks => (1_u8..4).prop_map(Step::Skip),
        2 * blocks => Just(Step::Block),
        u32::from(drops) => Just(Step::DropNow),
        u32::from(stops) => Just(Step::Stop),
    ]
}
