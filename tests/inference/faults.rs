//! Ten thousand faults, and an account of every message.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use millpond::inference::{Backend, InferError, Mock, RetryBudget};
use millpond::message::{Tensor, Tensors};
use millpond::runtime::Ending;

use super::support::{Number, Outcome, doubler, doubles, ms, run, slots};

/// The smallest generator that does: Marsaglia's xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) % bound
    }

    fn index(&mut self, bound: u64) -> usize {
        usize::try_from(self.below(bound)).unwrap()
    }
}

/// Which calls go wrong, by kind.
#[derive(Default)]
struct Planned {
    calls: BTreeMap<usize, &'static str>,
}

impl Planned {
    /// Writes a fault into the mock for each of so many calls, most of which
    /// are faulty.
    fn plan(&mut self, mut model: Mock, calls: usize, random: &mut Random) -> Mock {
        for call in 0..calls {
            let wait = ms(random.below(30));
            let (kind, changed) = match random.below(10) {
                0 => ("terminal", model.fail(call, InferError::terminal("broken"))),
                1 => ("panic", model.panic(call, "a wild index")),
                2 => ("retryable", model.fail(call, InferError::retryable("busy"))),
                3 => ("hang", model.hang(call)),
                4 => ("delay", model.delay(call, wait * 4)),
                5 | 6 => ("overloaded", model.fail(call, overloaded(None))),
                7 => ("overloaded for", model.fail(call, overloaded(Some(wait)))),
                _ => {
                    continue;
                }
            };
            self.calls.insert(call, kind);
            model = changed;
        }
        model
    }
}

fn overloaded(retry_after: Option<Duration>) -> InferError {
    InferError::Overloaded { retry_after }
}

/// A doubler whose answer now and then lacks a row; counts how often.
fn forgetful(cut: &Arc<AtomicUsize>, every: usize) -> Mock {
    let (cut, calls) = (Arc::clone(cut), AtomicUsize::new(0));
    Mock::new(doubler().signature().clone(), move |inputs| {
        let x = inputs.get("x").unwrap().as_slice::<i32>().unwrap();
        let mut y: Vec<_> = x.iter().map(|x| x * 2).collect();
        if calls.fetch_add(1, Relaxed) % every == 0 {
            cut.fetch_add(1, Relaxed);
            y.pop();
        }
        Tensors::new().with("y", Tensor::new([y.len()], y).unwrap())
    })
}

/// Each message came out once: as the right result, in order, or as a failure
/// that holds it.
fn account_for(messages: &[Number], outcome: &Outcome) {
    assert_eq!(outcome.report.ending, Ending::Completed);
    let node = outcome.report.node("infer");
    assert_eq!(node.received, messages.len() as u64);
    assert_eq!(node.emitted + node.dead_lettered, node.received);
    assert!(outcome.doubled.is_sorted());
    assert!(outcome.doubled.iter().all(|(n, twice)| n * 2 == *twice));

    let results = outcome.doubled.iter().map(|(n, _)| vec![*n]);
    let failures = outcome.failures.iter().map(|f| f.message.0.clone());
    let out: Vec<_> = results.chain(failures).collect();
    let seen: BTreeSet<_> = out.iter().collect();
    assert_eq!(seen.len(), out.len(), "a message came out twice");
    assert_eq!(seen, messages.iter().map(|number| &number.0).collect());
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_faults_lose_and_double_nothing() {
    let mut random = Random(0x5EED_CAFE);
    let mut fired = BTreeMap::<_, usize>::new();
    let mut rounds = 0;
    while fired.values().sum::<usize>() < 10_000 {
        rounds += 1;
        let cut = Arc::default();
        let mut planned = Planned::default();
        let model = forgetful(&cut, 10 + random.index(20))
            .latency(ms(random.below(5)), ms(1))
            .slots(slots(1 + random.index(4)));
        let model = planned.plan(model, 2_000, &mut random);
        let log = model.log();
        let budget = RetryBudget::new()
            .max_retries(u32::try_from(random.below(6)).unwrap())
            .max_wait(ms(random.below(400)));
        let budget = match random.below(2) {
            0 => budget.failures_too(),
            _ => budget,
        };
        let stage = doubles(model)
            .batch(1 + random.index(5), ms(random.below(8)))
            .time_limit(ms(50))
            .retry(budget);
        // Some rows are too long, each in a way of its own.
        let messages: Vec<_> = (0..2_000)
            .map(|n| match random.below(50) {
                0 => Number(vec![n, n]),
                _ => Number::from(n),
            })
            .collect();

        let outcome = tokio::time::timeout(ms(10_000_000), run(stage, messages.clone()));
        let outcome = outcome.await.unwrap().unwrap();

        account_for(&messages, &outcome);
        assert_eq!(log.in_flight(), 0);
        let calls = log.batches().len();
        for (_, kind) in planned.calls.range(..calls) {
            *fired.entry(*kind).or_default() += 1;
        }
        *fired.entry("short").or_default() += cut.load(Relaxed);
    }
    assert!(rounds < 100, "the faults do not fire");
    assert_eq!(fired.len(), 8, "{fired:?}");
    assert!(fired.values().all(|count| *count > 100), "{fired:?}");
}
