use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Wake, Waker};

/// Which of several inputs of a node have woken it since they were last asked.
///
/// Each input is polled with a waker of its own, made once, that notes its
/// number and wakes the node. So what a poll costs does not depend on how many
/// inputs there are, only on how many have news.
#[derive(Debug)]
pub(super) struct News {
    shared: Arc<Shared>,
    wakers: Vec<Waker>,
}

#[derive(Debug)]
struct Shared {
    /// Whether something may be noted: a look at it is cheaper than the lock.
    any: AtomicBool,
    noted: Mutex<Noted>,
}

#[derive(Debug)]
struct Noted {
    /// The inputs that have news, each of them once.
    numbers: Vec<usize>,
    has_news: Vec<bool>,
    task: Option<Waker>,
}

/// One input's part in it.
struct Input {
    number: usize,
    shared: Arc<Shared>,
}

impl News {
    /// All of `count` inputs have news, since none has been asked.
    pub(super) fn of(count: usize) -> Self {
        let shared = Arc::new(Shared {
            any: AtomicBool::new(true),
            noted: Mutex::new(Noted {
                numbers: (0..count).collect(),
                has_news: vec![true; count],
                task: None,
            }),
        });
        let waker = |number| {
            let shared = Arc::clone(&shared);
            Waker::from(Arc::new(Input { number, shared }))
        };
        Self {
            wakers: (0..count).map(waker).collect(),
            shared,
        }
    }

    /// Moves the numbers of the inputs that have news behind those in `asked`.
    pub(super) fn take_into(&self, asked: &mut Vec<usize>) {
        if !self.shared.any.load(Ordering::Acquire) {
            return;
        }
        let mut noted = self.shared.lock();
        self.shared.any.store(false, Ordering::Relaxed);
        let Noted {
            numbers, has_news, ..
        } = &mut *noted;
        for number in numbers.drain(..) {
            has_news[number] = false;
            asked.push(number);
        }
    }

    /// What an input is to be polled with.
    pub(super) fn waker(&self, input: usize) -> &Waker {
        &self.wakers[input]
    }

    /// Has the task woken by the next input with news, or at once if there
    /// is one.
    pub(super) fn wait(&self, cx: &Context<'_>) {
        let mut noted = self.shared.lock();
        let is_known = |task: &Waker| task.will_wake(cx.waker());
        let replaced = if noted.task.as_ref().is_some_and(is_known) {
            None
        } else {
            noted.task.replace(cx.waker().clone())
        };
        let has_some = !noted.numbers.is_empty();
        drop(noted);
        drop(replaced);
        if has_some {
            cx.waker().wake_by_ref();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Noted> {
        // No user code runs under the lock, so what was noted is whole.
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Input {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let mut noted = self.shared.lock();
        if mem::replace(&mut noted.has_news[self.number], true) {
            return;
        }
        noted.numbers.push(self.number);
        self.shared.any.store(true, Ordering::Release);
        let task = noted.task.clone();
        drop(noted);
        if let Some(task) = task {
            task.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    /// A task that counts its wakes.
    #[derive(Default)]
    struct Task(AtomicUsize);

    impl Wake for Task {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn taken(news: &News) -> Vec<usize> {
        let mut numbers = Vec::new();
        news.take_into(&mut numbers);
        numbers
    }

    #[test]
    fn every_input_has_news_at_first_and_again_after_its_wake() {
        let news = News::of(3);
        assert_eq!(taken(&news), [0, 1, 2]);
        assert!(taken(&news).is_empty());
        news.waker(2).wake_by_ref();
        news.waker(0).wake_by_ref();
        news.waker(2).wake_by_ref();
        assert_eq!(taken(&news), [2, 0]);
        assert!(taken(&news).is_empty());
    }

    #[test]
    fn the_task_that_waited_last_is_woken_once_for_each_input() {
        let news = News::of(2);
        taken(&news);
        let tasks = [(); 2].map(|()| Arc::<Task>::default());
        for task in &tasks {
            let waker = Waker::from(Arc::clone(task));
            news.wait(&Context::from_waker(&waker));
        }
        news.waker(1).wake_by_ref();
        news.waker(1).wake_by_ref();
        assert_eq!(tasks.map(|task| task.0.load(Ordering::Relaxed)), [0, 1]);
    }

    #[test]
    fn news_from_before_the_wait_is_not_missed() {
        let news = News::of(1);
        taken(&news);
        news.waker(0).wake_by_ref();
        let task = Arc::<Task>::default();
        let waker = Waker::from(Arc::clone(&task));
        news.wait(&Context::from_waker(&waker));
        assert_eq!(task.0.load(Ordering::Relaxed), 1);
    }
}
