use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use futures_core::stream::FusedStream;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use tokio::runtime::{Builder, Runtime};
use tokio::time::{Duration, Instant};

use super::depth::Depth;
use super::driver::{Driver, End, Run, broken};
use super::ledger::Ledger;
use super::limits::Limits;
use super::matching::{Matching, in_time};
use super::source::first_id;
use super::token::{Fate, Plan, is_scripted};
use super::{Broken, Event, Law, Script, Source, Step, Token};
use crate::{Flow, Progress};

type Build<P, const N: usize> = dyn Fn([Flow<Source>; N]) -> Flow<P>;
type Model<T, const N: usize> = dyn Fn([Vec<Token>; N]) -> Vec<T>;
type Relation<T, const N: usize> = dyn Fn([Vec<Token>; N], &[T]) -> bool;
type TimedModel<T> = dyn Fn(Vec<(Duration, Token)>, Duration) -> Vec<(Duration, T)>;

/// The laws, applied to one operator with `N` inputs. See [`laws!`](crate::laws).
#[must_use = "laws are checked by `check`"]
pub struct Laws<const N: usize, P: Progress> {
    build: Box<Build<P, N>>,
    expected: Expected<P::Item, N>,
    pub(super) limits: Limits<P>,
}

enum Expected<T, const N: usize> {
    Items(Box<Model<T, N>>),
    ItemsInTime(Box<TimedModel<T>>),
    Relation(Box<Relation<T, N>>),
}

impl<const N: usize, P> Laws<N, P>
where
    P: Progress + FusedStream,
    P::Item: fmt::Debug + PartialEq,
{
    /// Compares the output of the operator with the one of the model.
    pub fn new(
        build: impl Fn([Flow<Source>; N]) -> Flow<P> + 'static,
        model: impl Fn([Vec<Token>; N]) -> Vec<P::Item> + 'static,
    ) -> Self {
        Self::of(Box::new(build), Expected::Items(Box::new(model)))
    }

    /// Asks of each output whether it may come from the inputs.
    ///
    /// This is for operators whose output depends on when it is taken. Asked
    /// is at the end of the output, unless something has panicked. Calls of
    /// `poll_progress` may change the output then, so law [`W4`](Law::W4) is
    /// not checked.
    pub fn relation(
        build: impl Fn([Flow<Source>; N]) -> Flow<P> + 'static,
        holds: impl Fn([Vec<Token>; N], &[P::Item]) -> bool + 'static,
    ) -> Self {
        Self::of(Box::new(build), Expected::Relation(Box::new(holds)))
    }

    fn of(build: Box<Build<P, N>>, expected: Expected<P::Item, N>) -> Self {
        Self {
            build,
            expected,
            limits: Limits::none(),
        }
    }

    /// Checks every law that applies.
    ///
    /// # Errors
    ///
    /// Gives the first law that is broken, and the shortest script found that
    /// shows it.
    pub fn check(&self) -> Result<(), Broken> {
        let runtime = Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build();
        let runtime = runtime.map_err(|error| broken(Law::T1, error.to_string()))?;
        if let Expected::ItemsInTime(_) = self.expected {
            self.check_idle(&runtime)?;
            return self.check_scripts(&runtime, &Script::eager_strategy());
        }
        self.check_sizes(&runtime)?;
        self.check_idle(&runtime)?;
        let scripts = Script::strategy(N, !self.limits.without_progress, self.limits.stops);
        self.check_scripts(&runtime, &scripts)?;
        self.play(&runtime, &Script::plain(N, Depth::of_env().flood()))
    }

    /// Runs plain scripts of each small size, up to past the limits.
    fn check_sizes(&self, runtime: &Runtime) -> Result<(), Broken> {
        let past_limits = 2 * (self.limits.look_ahead().min(16) + 1) + 1;
        for count in 0..=past_limits {
            let Err(mut broken) = self.play(runtime, &Script::plain(N, count)) else {
                continue;
            };
            let passes = |more| self.play(runtime, &Script::plain(N, count + more)).is_ok();
            if passes(1) && passes(2) {
                broken.law = Law::S8;
                broken.detail = format!("with just {count} items, {}", broken.detail);
            }
            return Err(broken);
        }
        Ok(())
    }

    /// Lets the clock run while the inputs are silent.
    fn check_idle(&self, runtime: &Runtime) -> Result<(), Broken> {
        for count in [0, 1, 5] {
            let script = Script::silent(N, count);
            let idle = self.driver(&script, true, drop).idle();
            // The hour changes what comes out, so nothing else is looked at.
            match runtime.block_on(tokio::task::unconstrained(idle)) {
                Err(mut broken) if broken.law == Law::T5 => {
                    broken.script = format!("{script:?}");
                    return Err(broken);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn check_scripts(
        &self,
        runtime: &Runtime,
        scripts: &impl Strategy<Value = Script>,
    ) -> Result<(), Broken> {
        let config = Config {
            cases: Depth::of_env().scripts(),
            failure_persistence: None,
            ..Config::default()
        };
        // A fixed seed, so that a build does not fail by chance.
        let rng = TestRng::deterministic_rng(RngAlgorithm::XorShift);
        let mut runner = TestRunner::new_with_rng(config, rng);
        // While the script shrinks, other laws must not take the first one's
        // place.
        let first = Cell::new(None);
        let found = runner.run(scripts, |script| match self.play(runtime, &script) {
            Err(broken) if first.get().is_none_or(|law| law == broken.law) => {
                first.set(Some(broken.law));
                Err(TestCaseError::fail(broken.detail))
            }
            _ => Ok(()),
        });
        match found {
            Ok(()) => Ok(()),
            Err(TestError::Fail(reason, script)) => Err(Broken {
                law: first.get().unwrap_or(Law::P1),
                detail: reason.to_string(),
                script: format!("{script:?}"),
            }),
            Err(TestError::Abort(reason)) => Err(broken(Law::P1, reason.to_string())),
        }
    }

    /// Runs one script, and once more without its extra polls where that may
    /// be what changed the output.
    fn play(&self, runtime: &Runtime, script: &Script) -> Result<(), Broken> {
        let played = runtime.block_on(tokio::task::unconstrained(self.run(script)));
        let Err(mut broken) = played else {
            return Ok(());
        };
        broken.script = format!("{script:?}");
        let of_output = matches!(
            broken.law,
            Law::O1 | Law::O2 | Law::O3 | Law::O4 | Law::O6 | Law::S5 | Law::S6
        );
        let is_fixed = !matches!(self.expected, Expected::Relation(_));
        if of_output && self.limits.cancelling {
            broken.law = Law::C2;
        } else if of_output && is_fixed && script.consumer.iter().any(|step| *step != Step::Poll) {
            let passes = |consumer| {
                let calm = Script {
                    consumer,
                    ..script.clone()
                };
                let played = runtime.block_on(tokio::task::unconstrained(self.run(&calm)));
                played.is_ok()
            };
            let one_by_one = |step: &Step| match step {
                Step::PollMany(_) => Step::Poll,
                step => *step,
            };
            if passes(script.consumer.iter().map(one_by_one).collect()) {
                broken.law = Law::W7;
            } else if passes(Vec::new()) {
                broken.law = Law::W4;
            }
        }
        Err(broken)
    }

    async fn run(&self, script: &Script) -> Result<(), Broken> {
        match &self.expected {
            Expected::Items(_) => self.compare(script).await,
            Expected::ItemsInTime(model) => {
                self.drive(script, true, drop).await?;
                self.compare_times(script, model).await
            }
            Expected::Relation(holds) => {
                if !script.may_panic() {
                    self.drive(script, true, drop).await?;
                }
                self.relate(script, holds).await
            }
        }
    }

    async fn compare(&self, script: &Script) -> Result<(), Broken> {
        let matching = |poisoned| Matching::new(self.model_of(script, poisoned), &self.limits);
        let mut all = matching(true);
        if !script.may_panic() {
            let end = self.drive(script, true, |item| all.add(&item)).await?;
            // Told to stop, it may end early.
            let owed = end.done && !end.stopped;
            all.check(owed, end.held > 0)?;
            return if owed {
                check_hints(&end, all.len())
            } else {
                Ok(())
            };
        }
        let mut kept = Vec::new();
        let end = self.drive(script, false, |item| kept.push(item)).await?;
        for item in &kept {
            all.add(item);
        }
        if !end.panicked {
            return all.check(end.done && !end.stopped, end.held > 0);
        }
        // Where the closure does not look at the values, poison passes
        // through, and only an input has panicked.
        let mut clean = matching(false);
        for item in &kept {
            clean.add(item);
        }
        let checked = clean.check_after_panic();
        if all.is_unknown() && !self.limits.panics_change_the_rest {
            return checked;
        }
        checked.or(all.check_after_panic())
    }

    async fn relate(
        &self,
        script: &Script,
        holds: impl Fn([Vec<Token>; N], &[P::Item]) -> bool,
    ) -> Result<(), Broken> {
        let mut kept = Vec::new();
        let end = self.drive(script, false, |item| kept.push(item)).await?;
        if end.panicked || end.stopped || !end.done {
            return Ok(());
        }
        check_hints(&end, kept.len())?;
        let inputs = std::array::from_fn(|number| tokens(number, script, true));
        if unless_scripted(|| holds(inputs, &kept)).unwrap_or(true) {
            return Ok(());
        }
        let detail = format!("the relation does not hold for {kept:?}");
        Err(broken(Law::O4, detail))
    }

    async fn compare_times(
        &self,
        script: &Script,
        model: impl Fn(Vec<(Duration, Token)>, Duration) -> Vec<(Duration, P::Item)>,
    ) -> Result<(), Broken> {
        let start = Instant::now();
        let mut kept = Vec::new();
        let keep = |item| kept.push((start.elapsed(), item));
        let end = self.drive(script, false, keep).await?;
        let arrivals = end.arrivals.iter();
        let arrivals = arrivals
            .map(|&(at, plan)| (at - start, Token::of_model(plan)))
            .collect();
        let ended_at = end.ended_at.map_or(start.elapsed(), |at| at - start);
        in_time(&model(arrivals, ended_at), &kept)
    }

    /// `drops_items` says that `take` does, so that tokens alive are held.
    async fn drive(
        &self,
        script: &Script,
        drops_items: bool,
        take: impl FnMut(P::Item),
    ) -> Result<End, Broken> {
        self.driver(script, drops_items, take).run().await
    }

    fn driver<'a, T: FnMut(P::Item)>(
        &'a self,
        script: &'a Script,
        drops_items: bool,
        take: T,
    ) -> Driver<'a, P, T> {
        let ledger = Ledger::new(N);
        let sources = std::array::from_fn(|number| {
            let events = &script.inputs[number];
            Flow::native(Source::new(number, events, script.hint, &ledger))
        });
        let run = Run {
            limits: &self.limits,
            script,
            counts_tokens: drops_items,
        };
        let operator = (self.build)(sources);
        Driver::new(operator, &ledger, run, take)
    }

    /// What the model makes of the items, with or without the poisoned ones.
    fn model_of(&self, script: &Script, poisoned: bool) -> Option<Vec<P::Item>> {
        let Expected::Items(model) = &self.expected else {
            return None;
        };
        let inputs = || std::array::from_fn(|number| tokens(number, script, poisoned));
        unless_scripted(|| model(inputs()))
    }
}

impl<P> Laws<1, P>
where
    P: Progress + FusedStream,
    P::Item: fmt::Debug + PartialEq,
{
    /// Compares the output, and the time of each item, with those of the model.
    ///
    /// The model gets the time of each arrival and of the end, counted from
    /// the start, and says when each item should come out. Only scripts with
    /// an eager consumer are run, and items arrive at even milliseconds: with
    /// odd waits in the operator, nothing happens at the same time as an
    /// arrival.
    ///
    /// So the laws about blocked outputs, early drops and long runs are not
    /// checked: add a second `laws!` line, with `relation` in the place of `timed`.
    pub fn timed(
        build: impl Fn([Flow<Source>; 1]) -> Flow<P> + 'static,
        model: impl Fn(Vec<(Duration, Token)>, Duration) -> Vec<(Duration, P::Item)> + 'static,
    ) -> Self {
        Self::of(Box::new(build), Expected::ItemsInTime(Box::new(model)))
    }
}

impl<const N: usize, P: Progress> fmt::Debug for Laws<N, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Laws")
            .field("look_ahead", &self.limits.look_ahead())
            .field("in_flight", &self.limits.in_flight)
            .field("linger", &self.limits.linger)
            .finish_non_exhaustive()
    }
}

/// The tokens that an input gives in the script, for the model.
fn tokens(number: usize, script: &Script, poisoned: bool) -> Vec<Token> {
    let events = script.inputs[number].iter();
    let before_panic = events.take_while(|event| **event != Event::Panic);
    let given = before_panic.filter(|event| Plan::of(**event, 0).is_some());
    (first_id(number)..)
        .zip(given)
        .filter_map(|(id, event)| Plan::of(*event, id))
        .filter(|plan| poisoned || plan.fate != Fate::Poisoned)
        .map(Token::of_model)
        .collect()
}

/// Gives `None` when the closure met a poisoned token.
fn unless_scripted<R>(f: impl FnOnce() -> R) -> Option<R> {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(result) => Some(result),
        Err(panic) if is_scripted(panic.as_ref()) => None,
        Err(panic) => resume_unwind(panic),
    }
}

fn check_hints(end: &End, total: usize) -> Result<(), Broken> {
    for &(emitted, (lower, upper)) in &end.hints {
        let left = total - emitted;
        if left < lower || upper.is_some_and(|upper| left > upper) {
            let detail = format!("{left} items were to come, and the hint was {lower}, {upper:?}");
            return Err(broken(Law::S7, detail));
        }
    }
    Ok(())
}

/// Makes a test that checks the [laws](Law) of an operator.
///
/// The name of the test comes first, with the operator as a function of one or
/// more flows of [`Token`]s. `model` is the same function on vectors. What
/// follows are methods of [`Laws`], with their arguments.
///
/// With `timed` instead of `model`, the model is also told when the items
/// arrived and says when each output is due; see [`Laws::timed`]. With
/// `relation`, a closure gets the inputs and then a slice of the output, and
/// says whether the one may follow from the other; see [`Laws::relation`].
///
/// # Examples
///
/// ```
/// use millpond_operators::laws;
/// use millpond_operators::testing::Token;
///
/// laws! {
///     three_at_a_time: |s| s.map_async(3, Token::work),
///     model: |v| v,
///     look_ahead: 3,
///     in_flight: 3,
/// }
///
/// laws! {
///     both: |a, b| a.merge(b),
///     model: |a, b| a.into_iter().chain(b).collect(),
///     unordered,
/// }
///
/// laws! {
///     what_is_ready: |s| s.ready_chunks(3),
///     relation: |v, out| v.iter().eq(out.iter().flatten()),
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! laws {
    (
        $name:ident: |$($input:ident),+| $operator:expr,
        model: |$($items:ident),+| $model:expr
        $(, $limit:ident $(: $value:expr)?)* $(,)?
    ) => {
        #[test]
        fn $name() {
            let checked = $crate::testing::Laws::<{ [$(stringify!($input)),+].len() }, _>::new(
                |[$($input),+]| $operator,
                |[$($items),+]| $model,
            )
            $(.$limit($($value)?))*
            .check();
            let broken = checked.map_or_else(|broken| broken.to_string(), |()| String::new());
            assert!(broken.is_empty(), "{broken}");
        }
    };
    (
        $name:ident: |$input:ident| $operator:expr,
        timed: |$arrivals:ident, $end:ident| $model:expr
        $(, $limit:ident $(: $value:expr)?)* $(,)?
    ) => {
        #[test]
        fn $name() {
            let checked = $crate::testing::Laws::timed(
                |[$input]| $operator,
                |$arrivals, $end| $model,
            )
            $(.$limit($($value)?))*
            .check();
            let broken = checked.map_or_else(|broken| broken.to_string(), |()| String::new());
            assert!(broken.is_empty(), "{broken}");
        }
    };
    (
        $name:ident: |$($input:ident),+| $operator:expr,
        relation: |$first:ident, $($rest:ident),+| $holds:expr
        $(, $limit:ident $(: $value:expr)?)* $(,)?
    ) => {
        $crate::laws! {
            @relation $name [$($input),+] $operator, [$first] [$($rest)+] $holds
            $(, $limit $(: $value)?)*
        }
    };
    // The last name is the output; those before it are the inputs.
    (
        @relation $name:ident [$($input:ident),+] $operator:expr,
        [$($items:ident)+] [$next:ident $($rest:ident)+] $($tail:tt)+
    ) => {
        $crate::laws! {
            @relation $name [$($input),+] $operator, [$($items)+ $next] [$($rest)+] $($tail)+
        }
    };
    (
        @relation $name:ident [$($input:ident),+] $operator:expr,
        [$($items:ident)+] [$out:ident] $holds:expr
        $(, $limit:ident $(: $value:expr)?)*
    ) => {
        #[test]
        fn $name() {
            let checked = $crate::testing::Laws::<{ [$(stringify!($input)),+].len() }, _>::relation(
                |[$($input),+]| $operator,
                |[$($items),+], $out| $holds,
            )
            $(.$limit($($value)?))*
            .check();
            let broken = checked.map_or_else(|broken| broken.to_string(), |()| String::new());
            assert!(broken.is_empty(), "{broken}");
        }
    };
}
