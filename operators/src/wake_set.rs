use std::fmt;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::task::AtomicWaker;

use crate::Progress;

/// Slots whose wakes are noted in one word.
const WORD: usize = u64::BITS as usize;

/// Streams that are polled only after they were woken, in turn.
///
/// What a poll costs does not depend on the number of members, only on how
/// many of them were woken. Each member has a waker of its own, made once per
/// slot; its wake sets a bit and wakes the task that polled the set last. A
/// member that is always ready causes no wake and no allocation.
pub(crate) struct WakeSet<S> {
    slots: Vec<Slot<S>>,
    vacant: Vec<usize>,
    // The members to ask for an item stand in a ring, in the order of their
    // turns: how many there are, and the slots of the first and the last.
    in_line: usize,
    first: usize,
    last: usize,
    // The members that are due to be driven; some are no longer.
    due: Vec<usize>,
    // How many members will wake their slots.
    moving: usize,
    // One word per `WORD` slots.
    words: Vec<Arc<Word>>,
    alarm: Arc<Alarm>,
}

struct Slot<S> {
    // Boxed, so that the slots can move while the members are pinned.
    member: Option<Pin<Box<S>>>,
    waker: Waker,
    state: State,
    // Whether the member stands in line, and who is behind it.
    in_line: bool,
    next: usize,
    // Whether the key is in `due`, where it is of every member that is `Due`.
    in_due: bool,
}

/// What the member of a slot does while nobody polls it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Maybe nothing: it was woken, or gave an item, and was not called since.
    Due,
    /// Its last call was pending, and will wake the slot.
    Moving,
    /// Nothing, until an item is taken.
    Still,
}

/// The last in line, and who stands before it.
#[derive(Clone, Copy)]
struct Turn {
    key: usize,
    before: usize,
}

impl<S: Progress> WakeSet<S> {
    /// Adds a member, which is asked after all that are ready now.
    ///
    /// The key tells it apart from all other members; it is given out again
    /// after the member has ended.
    pub(crate) fn push(&mut self, member: S) -> usize {
        let key = self.vacant.pop().unwrap_or_else(|| self.add_slot());
        self.slots[key].member = Some(Box::pin(member));
        self.note_due(key);
        key
    }

    pub(crate) fn members(&self) -> impl Iterator<Item = &S> {
        self.slots.iter().filter_map(|slot| slot.member.as_deref())
    }

    /// Gives the next item with its member's key, or no item where the member
    /// has ended and been dropped; `None` when there are no members.
    ///
    /// Pending only when every member is, or was woken during the call.
    #[inline]
    pub(crate) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<(usize, Option<S::Item>)>> {
        self.collect_wakes();
        // The way of an item that is ready is kept short.
        if self.in_line > 0 {
            let (turn, polled) = self.poll_first();
            if let Poll::Ready(Some(item)) = polled {
                return Poll::Ready(Some((turn.key, Some(item))));
            }
            if polled.is_ready() {
                self.vacate(turn);
                return Poll::Ready(Some((turn.key, None)));
            }
            self.leave_line(turn, State::Moving);
        }
        self.poll_others(cx)
    }

    #[inline(never)]
    fn poll_others(&mut self, cx: &mut Context<'_>) -> Poll<Option<(usize, Option<S::Item>)>> {
        for _ in 0..self.in_line {
            let (turn, polled) = self.poll_first();
            if let Poll::Ready(item) = polled {
                if item.is_none() {
                    self.vacate(turn);
                }
                return Poll::Ready(Some((turn.key, item)));
            }
            self.leave_line(turn, State::Moving);
        }
        if self.is_empty() {
            return Poll::Ready(None);
        }
        self.wait(cx);
        Poll::Pending
    }

    /// Polls the first in line, who is then the last.
    #[inline]
    fn poll_first(&mut self) -> (Turn, Poll<Option<S::Item>>) {
        let key = self.first;
        let slot = &mut self.slots[key];
        // Last in line before the poll, which may panic.
        let before = mem::replace(&mut self.last, key);
        self.first = slot.next;
        let Some(member) = slot.member.as_mut() else {
            unreachable!("a slot leaves the line before it is vacated");
        };
        let mut cx = Context::from_waker(&slot.waker);
        let polled = member.as_mut().poll_next(&mut cx);
        if matches!(polled, Poll::Ready(Some(_))) && slot.state != State::Due {
            self.note_due(key);
        }
        (Turn { key, before }, polled)
    }

    /// Drives the members that were woken, or gave an item, since they were
    /// last called.
    pub(crate) fn poll_progress(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.collect_wakes();
        while let Some(key) = self.due.pop() {
            let slot = &mut self.slots[key];
            slot.in_due = false;
            if slot.state != State::Due {
                continue;
            }
            slot.state = State::Still;
            let mut cx = Context::from_waker(&slot.waker);
            let member = slot.member.as_mut();
            if member.is_some_and(|member| member.as_mut().poll_progress(&mut cx).is_pending()) {
                self.set_state(key, State::Moving);
            }
        }
        if self.moving == 0 {
            return Poll::Ready(());
        }
        self.wait(cx);
        Poll::Pending
    }

    /// Has the task woken at the next wake of a member.
    #[inline(never)]
    fn wait(&mut self, cx: &mut Context<'_>) {
        self.alarm.task.register(cx.waker());
        // A wake before this line has found the last task, or none.
        if self.alarm.is_marked() {
            cx.waker().wake_by_ref();
        }
    }
}

impl<S> WakeSet<S> {
    pub(crate) fn new() -> Self {
        Self {
            slots: Vec::new(),
            vacant: Vec::new(),
            in_line: 0,
            first: 0,
            last: 0,
            due: Vec::new(),
            moving: 0,
            words: Vec::new(),
            alarm: Arc::default(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len() - self.vacant.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts the members that were woken in line.
    #[inline]
    fn collect_wakes(&mut self) {
        // Most polls find nothing, and a read is cheaper.
        if self.alarm.is_marked() {
            self.collect_marked();
        }
    }

    #[cold]
    fn collect_marked(&mut self) {
        let mut marks = self.alarm.marks.swap(0, Ordering::AcqRel);
        while let Some(mark) = pop_bit(&mut marks) {
            // A mark is shared by all words whose numbers have its remainder.
            for number in (mark..self.words.len()).step_by(WORD) {
                let mut woken = self.words[number].woken.swap(0, Ordering::AcqRel);
                while let Some(bit) = pop_bit(&mut woken) {
                    let key = number * WORD + bit;
                    // A member that has ended may leave wakers behind.
                    if self.slots[key].member.is_some() {
                        self.note_due(key);
                    }
                }
            }
        }
    }

    #[inline(never)]
    fn note_due(&mut self, key: usize) {
        self.set_state(key, State::Due);
        let slot = &mut self.slots[key];
        if !slot.in_due {
            slot.in_due = true;
            self.due.push(key);
        }
        if !slot.in_line {
            slot.in_line = true;
            self.join_line(key);
        }
    }

    fn set_state(&mut self, key: usize, state: State) {
        let slot = &mut self.slots[key];
        self.moving -= usize::from(slot.state == State::Moving);
        self.moving += usize::from(state == State::Moving);
        slot.state = state;
    }

    fn join_line(&mut self, key: usize) {
        if self.in_line == 0 {
            self.first = key;
        } else {
            self.slots[self.last].next = key;
        }
        self.slots[key].next = self.first;
        self.in_line += 1;
        self.last = key;
    }

    /// Takes the last in line out.
    #[inline(never)]
    fn leave_line(&mut self, turn: Turn, state: State) {
        let Turn { key, before } = turn;
        self.set_state(key, state);
        self.slots[key].in_line = false;
        self.slots[before].next = self.first;
        self.in_line -= 1;
        self.last = before;
    }

    /// Drops the last in line.
    #[inline(never)]
    fn vacate(&mut self, turn: Turn) {
        self.leave_line(turn, State::Still);
        self.vacant.push(turn.key);
        self.slots[turn.key].member = None;
    }

    fn add_slot(&mut self) -> usize {
        let key = self.slots.len();
        let number = key / WORD;
        if number == self.words.len() {
            self.words.push(Arc::new(Word {
                woken: AtomicU64::new(0),
                mark: 1 << (number % WORD),
                alarm: Arc::clone(&self.alarm),
            }));
        }
        self.slots.push(Slot {
            member: None,
            waker: Waker::from(Arc::new(SlotWaker {
                word: Arc::clone(&self.words[number]),
                bit: 1 << (key % WORD),
            })),
            state: State::Still,
            in_line: false,
            next: key,
            in_due: false,
        });
        key
    }
}

/// A set of clones, which have their turns in the same order.
impl<S: Clone> Clone for WakeSet<S> {
    fn clone(&self) -> Self {
        let mut clone = Self::new();
        for slot in &self.slots {
            let key = clone.add_slot();
            clone.slots[key].member.clone_from(&slot.member);
        }
        clone.vacant.clone_from(&self.vacant);
        // The wakes of the original do not reach the clone, so all are due.
        let mut key = self.first;
        for _ in 0..self.in_line {
            clone.note_due(key);
            key = self.slots[key].next;
        }
        for key in 0..self.slots.len() {
            if clone.slots[key].member.is_some() {
                clone.note_due(key);
            }
        }
        clone
    }
}

impl<S> Drop for WakeSet<S> {
    fn drop(&mut self) {
        // Wakers of the slots may live on elsewhere.
        drop(self.alarm.task.take());
    }
}

impl<S: fmt::Debug> fmt::Debug for WakeSet<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members = self.slots.iter().filter_map(|slot| slot.member.as_ref());
        f.debug_list().entries(members).finish()
    }
}

/// Wakes the task that polled the set last.
#[derive(Default)]
struct Alarm {
    // The marks of words that are not zero.
    marks: AtomicU64,
    task: AtomicWaker,
}

impl Alarm {
    #[inline]
    fn is_marked(&self) -> bool {
        self.marks.load(Ordering::Acquire) != 0
    }
}

/// The wakes of `WORD` slots.
struct Word {
    woken: AtomicU64,
    mark: u64,
    alarm: Arc<Alarm>,
}

struct SlotWaker {
    word: Arc<Word>,
    bit: u64,
}

impl Wake for SlotWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let Word { woken, mark, alarm } = &*self.word;
        // Whoever finds zero does the next step. The set takes the marks
        // before the words, so what is added to a word meanwhile is seen.
        if woken.fetch_or(self.bit, Ordering::AcqRel) == 0
            && alarm.marks.fetch_or(*mark, Ordering::AcqRel) == 0
        {
            alarm.task.wake();
        }
    }
}

/// Takes the lowest bit out and gives its number.
fn pop_bit(bits: &mut u64) -> Option<usize> {
    let bit = bits.trailing_zeros() as usize;
    // Zero has no bit to clear.
    *bits &= bits.checked_sub(1)?;
    Some(bit)
}
