use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::wakes::Wakes;

/// Futures under way, each with a tag, polled only when woken.
///
/// A place is made once and used by one future after another, so that a
/// future costs no allocation of its own.
pub(crate) struct Running<Fut, Tag> {
    // Dropped first: futures that wake each other while they are dropped must
    // not wake the task.
    wakes: Wakes,
    // Places that were woken and not yet polled.
    woken: VecDeque<usize>,
    places: Places<Fut, Tag>,
}

struct Places<Fut, Tag> {
    all: Vec<Place<Fut, Tag>>,
    free: Vec<usize>,
}

struct Place<Fut, Tag> {
    future: Pin<Box<Option<Fut>>>,
    tag: Option<Tag>,
    waker: Waker,
}

impl<Fut, Tag> Running<Fut, Tag> {
    pub(crate) fn len(&self) -> usize {
        self.places.all.len() - self.places.free.len()
    }
}

impl<Fut: Future, Tag> Running<Fut, Tag> {
    /// Takes a future in, and polls it once.
    pub(super) fn start(&mut self, future: Fut, tag: Tag) -> Option<(Tag, Fut::Output)> {
        let place = self.put(future, tag);
        self.places.poll(place)
    }

    /// Takes a future in, to be polled by the next call of `drive`.
    pub(crate) fn start_later(&mut self, future: Fut, tag: Tag) {
        let place = self.put(future, tag);
        self.woken.push_back(place);
    }

    /// Polls the futures that were woken, until `units` of them have finished.
    pub(crate) fn drive(&mut self, units: &mut usize, mut finished: impl FnMut(Tag, Fut::Output)) {
        let Self {
            wakes,
            woken,
            places,
        } = self;
        let mut poll = |places: &mut Places<Fut, Tag>, number: usize| {
            if let Some((tag, result)) = places.poll(number) {
                *units -= 1;
                finished(tag, result);
            }
            *units > 0
        };
        while let Some(number) = woken.pop_front() {
            if !poll(places, number) {
                return;
            }
        }
        let mut go_on = true;
        wakes.take(|number| {
            if go_on {
                go_on = poll(places, number);
            } else {
                woken.push_back(number);
            }
        });
    }

    /// Has the task woken when there is something to drive. `Ready` when no
    /// future is under way.
    pub(crate) fn park(&self, cx: &mut Context<'_>) -> Poll<()> {
        if self.len() == 0 {
            return Poll::Ready(());
        }
        if !self.woken.is_empty() || !self.wakes.listen(cx.waker()) {
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }

    fn put(&mut self, future: Fut, tag: Tag) -> usize {
        let places = &mut self.places;
        let number = match places.free.pop() {
            Some(number) => number,
            None => places.add(&mut self.wakes),
        };
        let place = &mut places.all[number];
        place.future.set(Some(future));
        place.tag = Some(tag);
        number
    }
}

impl<Fut: Future, Tag> Places<Fut, Tag> {
    fn add(&mut self, wakes: &mut Wakes) -> usize {
        let number = self.all.len();
        self.all.push(Place {
            future: Box::pin(None),
            tag: None,
            waker: wakes.waker(number),
        });
        number
    }

    fn poll(&mut self, number: usize) -> Option<(Tag, Fut::Output)> {
        let place = &mut self.all[number];
        // None when the wake came after the end of its future.
        let future = place.future.as_mut().as_pin_mut()?;
        let Poll::Ready(result) = future.poll(&mut Context::from_waker(&place.waker)) else {
            return None;
        };
        place.future.set(None);
        self.free.push(number);
        let tag = place.tag.take()?;
        Some((tag, result))
    }
}

impl<Fut, Tag> Default for Running<Fut, Tag> {
    fn default() -> Self {
        Self {
            wakes: Wakes::default(),
            woken: VecDeque::new(),
            places: Places {
                all: Vec::new(),
                free: Vec::new(),
            },
        }
    }
}
