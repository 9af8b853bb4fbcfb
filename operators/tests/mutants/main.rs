//! For each law an operator that breaks it: a law that no mutant can break
//! tests nothing.
#![expect(
    clippy::unwrap_used,
    reason = "a mutant that is not caught fails its test"
)]

mod faulty;
mod latest;
mod one_at_a_time;
mod pointers;
mod probes;
mod restless;
mod stoppable;

use std::fmt;
use std::mem;
use std::panic::resume_unwind;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use faulty::{Fault, Faulty, faulty};
use futures::channel::oneshot;
use futures::stream::{self, FusedStream, PollNext};
use latest::{Latest, latest};
use millpond_operators::testing::{Law, Laws, Mark, Token};
use millpond_operators::window::Batch;
use millpond_operators::{Flow, Progress, flow, laws};
use one_at_a_time::{Neglect, one_at_a_time};
use restless::restless;
use stoppable::stoppable;

const WAIT: Duration = Duration::from_millis(5);

#[track_caller]
fn caught<const N: usize, P>(law: Law, laws: &Laws<N, P>)
where
    P: Progress + FusedStream,
    P::Item: fmt::Debug + PartialEq,
{
    let broken = laws.check().unwrap_err();
    assert_eq!(broken.law(), law, "{broken}");
}

#[track_caller]
fn caught_faulty(law: Law, fault: Fault) {
    let laws = Laws::<1, _>::new(
        move |[s]| faulty(s, fault),
        |[v]| v.iter().map(Token::value).collect(),
    );
    caught(law, &laws.look_ahead(1));
}

#[test]
fn a_faultless_one_passes() {
    let laws = Laws::<1, _>::new(
        |[s]| faulty(s, Fault::None),
        |[v]| v.iter().map(Token::value).collect(),
    );
    laws.check().unwrap();
}

#[test]
fn a_decoupled_one_passes() {
    let laws = Laws::<1, _>::relation(
        |[s]| latest(s),
        |[v], out| out.last() == v.last() && out.is_sorted_by_key(Token::id),
    );
    let laws = laws.look_ahead(1).dropped(Latest::dropped);
    laws.check().unwrap();
}

laws! {
    a_relation_of_two_inputs: |a, b| a.merge(b),
    relation: |a, b, out| {
        let (first, second): (Vec<_>, Vec<_>) = out.iter().partition(|token| token.id() < 1000);
        a.iter().eq(first) && b.iter().eq(second)
    },
    fair: 1,
}

#[test]
fn s1_polls_the_input_for_its_size_hint() {
    caught_faulty(Law::S1, Fault::PollsInSizeHint);
}

#[test]
fn s2_goes_on_after_its_end() {
    caught_faulty(Law::S2, Fault::RisesAgain);
}

#[test]
fn s3_polls_an_input_that_has_ended() {
    caught_faulty(Law::S3, Fault::AsksTwiceForTheEnd);
}

#[test]
fn s4_says_too_early_that_it_has_terminated() {
    caught_faulty(Law::S4, Fault::SaysTerminated);
}

#[test]
fn s5_ends_before_all_owed_items() {
    caught_faulty(Law::S5, Fault::EndsEarly);
}

#[test]
fn s6_goes_on_after_an_error() {
    let laws = Laws::<1, _>::new(
        |[s]| s.map(Token::checked),
        |[v]| up_to_an_error(v.into_iter().map(Token::checked)),
    );
    caught(Law::S6, &laws.terminal(Result::is_err));
}

#[test]
fn s6_ends_without_its_error() {
    let laws = Laws::<1, _>::new(
        |[s]| s.map(Token::checked).take_while(Result::is_ok),
        |[v]| up_to_an_error(v.into_iter().map(Token::checked)),
    );
    caught(Law::S6, &laws.look_ahead(1).terminal(Result::is_err));
}

#[test]
fn s7_promises_an_item_too_many() {
    caught_faulty(Law::S7, Fault::PromisesTooMuch);
}

#[test]
fn s8_makes_something_of_an_empty_input() {
    caught_faulty(Law::S8, Fault::FillsAnEmptyInput);
}

#[test]
fn s10_polls_while_it_is_built() {
    caught_faulty(Law::S10, Fault::PollsWhenBuilt);
}

#[test]
fn w1_forgets_to_wake() {
    caught_faulty(Law::W1, Fault::ForgetsToWake);
}

#[test]
fn w2_keeps_its_first_waker() {
    caught_faulty(Law::W2, Fault::KeepsFirstWaker);
}

#[test]
fn w3_spins() {
    caught_faulty(Law::W3, Fault::Spins);
}

#[test]
fn w4_takes_an_item_for_nothing_in_its_progress() {
    caught_faulty(Law::W4, Fault::DropsInProgress);
}

#[test]
fn w5_rejects_a_long_run_without_a_pause() {
    let laws = Laws::<1, _>::new(|[s]| faulty(s, Fault::RejectsAllAtOnce), |[_]| Vec::new());
    caught(Law::W5, &laws);
}

#[test]
fn w6_cannot_bear_a_late_wake() {
    caught_faulty(Law::W6, Fault::TrustsNoLateWake);
}

#[test]
fn w7_loses_one_of_many() {
    caught_faulty(Law::W7, Fault::LosesOfMany);
}

#[test]
fn w7_hands_out_two_in_the_wrong_order() {
    caught_faulty(Law::W7, Fault::SwapsTwoOfMany);
}

#[test]
fn w7_says_more_than_it_has_handed_out() {
    caught_faulty(Law::W7, Fault::MiscountsMany);
}

#[test]
fn w7_hands_out_more_than_it_was_asked_for() {
    caught_faulty(Law::W7, Fault::HandsOutTooMany);
}

#[test]
fn g1_leaves_its_futures_alone_while_it_is_blocked() {
    let build = |[s]: [_; 1]| one_at_a_time(s, Neglect::Future);
    let laws = Laws::<1, _>::new(build, |[v]| v);
    caught(Law::G1, &laws.look_ahead(1).in_flight(1));
}

#[test]
fn g1b_leaves_its_input_alone_while_it_is_full() {
    let build = |[s]: [_; 1]| one_at_a_time(s, Neglect::Input);
    let laws = Laws::<1, _>::new(build, |[v]| v);
    caught(Law::G1b, &laws.look_ahead(1).in_flight(1));
}

#[test]
fn g2_prefers_one_input() {
    let prefer_left = |(): &mut ()| PollNext::Left;
    let laws = Laws::<2, _>::new(
        move |[a, b]| flow(stream::select_with_strategy(a, b, prefer_left)),
        |[a, b]| a.into_iter().chain(b).collect(),
    );
    caught(Law::G2, &laws.unordered().fair(1));
    let laws = Laws::<2, _>::new(
        |[a, b]| a.merge(b),
        |[a, b]| a.into_iter().chain(b).collect(),
    );
    laws.unordered().fair(1).check().unwrap();
}

#[test]
fn g3_lets_a_result_wait_for_another() {
    let laws = Laws::<1, _>::new(|[s]| s.map_async(3, Token::work), |[v]| v);
    caught(Law::G3, &laws.look_ahead(3).in_flight(3).unordered());
}

#[test]
fn b1_holds_one_more_than_it_says() {
    let laws = Laws::<1, _>::new(|[s]| s.map_async(4, Token::work), |[v]| v);
    caught(Law::B1, &laws.look_ahead(3).in_flight(4));
}

#[test]
fn b2_has_one_more_in_flight_than_it_says() {
    let laws = Laws::<1, _>::new(|[s]| s.map_async(4, Token::work), |[v]| v);
    caught(Law::B2, &laws.look_ahead(4).in_flight(3));
}

#[test]
fn b3_holds_more_weight_than_it_says() {
    let laws = Laws::<1, _>::new(|[s]| s.map_async(2, Token::work), |[v]| v);
    caught(Law::B3, &laws.in_flight(2).weighted((6, Token::cost)));
    let laws = Laws::<1, _>::new(|[s]| s.map_async(2, Token::work), |[v]| v);
    laws.in_flight(2)
        .weighted((24, Token::cost))
        .check()
        .unwrap();
}

#[test]
fn b4_remembers_every_item() {
    let laws = Laws::<1, _>::new(
        |[s]| faulty(s, Fault::RemembersAll),
        |[v]| v.iter().map(Token::value).collect(),
    );
    caught(Law::B4, &laws.state((8, |op: &Faulty| op.remembered())));
}

#[test]
fn o1_lets_items_overtake() {
    let laws = Laws::<1, _>::new(|[s]| s.map_async_unordered(3, Token::work), |[v]| v);
    caught(Law::O1, &laws.look_ahead(3).in_flight(3));
}

#[test]
fn o2_loses_an_item() {
    let laws = Laws::<1, _>::new(|[s]| s.filter(|token| token.id() != 3), |[v]| v);
    caught(Law::O2, &laws.unordered());
}

#[test]
fn o3_lets_items_with_one_key_overtake() {
    let laws = Laws::<1, _>::new(|[s]| s.map_async_unordered(3, Token::work), |[v]| v);
    caught(Law::O3, &laws.look_ahead(3).in_flight(3).keyed(Token::key));
    let laws = Laws::<1, _>::new(|[s]| s.map_async_unordered(3, Token::work), |[v]| v);
    let laws = laws.look_ahead(3).in_flight(3).keyed(Token::id);
    laws.check().unwrap();
}

#[test]
fn o4_breaks_its_relation() {
    let laws = Laws::<1, _>::relation(
        |[s]| s.chunks(2),
        |[_], out| out.iter().all(|chunk| chunk.len() == 2),
    );
    caught(Law::O4, &laws.look_ahead(1));
}

#[test]
fn o4_makes_something_else_of_an_item() {
    let laws = Laws::<1, _>::new(
        |[s]| s.map(|token| if token.id() == 2 { 99 } else { token.id() }),
        |[v]| v.iter().map(Token::id).collect(),
    );
    caught(Law::O4, &laws);
}

#[test]
fn o5_does_not_count_what_it_drops() {
    let laws = Laws::<1, _>::relation(|[s]| latest(s), |[_], _| true);
    caught(Law::O5, &laws.look_ahead(1).dropped(|_| 0));
}

#[test]
fn o6_emits_an_item_at_two_ports() {
    let to_both = |token: Token| [(0, token.id()), (1, token.id())];
    let laws = Laws::<1, _>::new(
        move |[s]| s.flat_map_iter(to_both),
        |[v]| {
            v.iter()
                .map(|token| (token.key() % 2, token.id()))
                .collect()
        },
    );
    caught(Law::O6, &laws.ports(|(port, _)| *port as usize));
}

#[test]
fn o6_drops_the_items_of_a_port() {
    let laws = Laws::<1, _>::new(|[s]| s.filter(|token| token.key() != 2), |[v]| v);
    caught(Law::O6, &laws.ports(|token| token.key() as usize));
}

#[test]
fn o7_lets_watermarks_overtake_records() {
    let laws = Laws::<1, _>::new(
        |[s]| s.map(|token| mark(&token)),
        |[v]| v.iter().map(mark).collect(),
    );
    caught(Law::O7, &laws.event_time(|mark| *mark));
    let laws = Laws::<1, _>::new(
        |[s]| s.map(|token| Mark::Record(i64::from(token.id()))),
        |[v]| {
            v.iter()
                .map(|token| Mark::Record(i64::from(token.id())))
                .collect()
        },
    );
    laws.event_time(|mark| *mark).check().unwrap();
}

#[test]
fn o7_lets_watermarks_go_back() {
    let laws = Laws::<1, _>::new(
        |[s]| s.map(|token| Mark::Watermark(-i64::from(token.id()))),
        |[v]| {
            v.iter()
                .map(|token| Mark::Watermark(-i64::from(token.id())))
                .collect()
        },
    );
    caught(Law::O7, &laws.event_time(|mark| *mark));
}

/// Makes a watermark of every fourth token.
fn mark(token: &Token) -> Mark {
    let time = token.event_time().cast_signed();
    if token.id() % 4 == 3 {
        Mark::Watermark(time)
    } else {
        Mark::Record(time)
    }
}

#[test]
fn c1_leaks_its_input() {
    caught_faulty(Law::C1, Fault::LeaksInput);
}

#[test]
fn c2_takes_an_item_before_it_is_ready() {
    let laws = Laws::<1, _>::new(
        |[s]| faulty(s, Fault::LosesWhenPending),
        |[v]| v.iter().map(Token::value).collect(),
    );
    caught(Law::C2, &laws.cancelling());
}

#[test]
fn c3_keeps_a_part_of_the_remainder() {
    let laws = Laws::<1, _>::new(
        |[s]| s.batch(2, Duration::MAX).map(|batch| batch.len()),
        |[v]| v.chunks(2).map(<[Token]>::len).collect(),
    );
    caught(Law::C3, &laws.look_ahead(2).remainder(|_| Vec::new()));
    let laws = Laws::<1, _>::new(
        |[s]| s.batch(1, Duration::MAX),
        |[v]| v.into_iter().map(|token| vec![token]).collect(),
    );
    let laws = laws.look_ahead(1).remainder(Batch::take_remainder);
    laws.check().unwrap();
}

#[test]
fn c4_takes_no_notice_of_a_stop() {
    let laws = Laws::<1, _>::new(
        |[s]| {
            s.get_ref().on_stop(|| ());
            s
        },
        |[v]| v,
    );
    caught(Law::C4, &laws.stops());
}

#[test]
fn c4_panics_when_it_is_stopped_again() {
    let laws = Laws::<1, _>::new(
        |[s]| {
            let stopped = AtomicBool::new(false);
            s.get_ref().on_stop(move || {
                if stopped.swap(true, Ordering::SeqCst) {
                    resume_unwind(Box::new("stopped twice"));
                }
            });
            s
        },
        |[v]| v,
    );
    caught(Law::C4, &laws.stops());
}

#[test]
fn one_that_stops_passes() {
    let laws = Laws::<1, _>::new(
        |[s]| {
            let (stop, stopped) = oneshot::channel();
            let stop = Mutex::new(Some(stop));
            s.get_ref()
                .on_stop(move || drop(stop.lock().unwrap().take()));
            stoppable(s, stopped).map_async(2, Token::work)
        },
        |[v]| v,
    );
    laws.look_ahead(2).in_flight(2).stops().check().unwrap();
}

#[test]
fn c5_keeps_its_input_past_its_own_end() {
    let laws = Laws::<1, _>::new(
        |[s]| faulty(s, Fault::KeepsInputPastItsEnd),
        |[v]| v.iter().map(Token::value).take(2).collect(),
    );
    caught(Law::C5, &laws);
}

#[test]
fn c6_keeps_a_waker_for_ever() {
    caught_faulty(Law::C6, Fault::LeaksWaker);
}

#[test]
fn p1_repeats_an_item_after_a_panic() {
    caught_faulty(Law::P1, Fault::RepeatsAfterPanic);
}

#[test]
fn p1_repeats_an_item_after_a_panic_of_its_closure() {
    caught_faulty(Law::P1, Fault::RepeatsAfterPanicOfItsClosure);
}

#[test]
fn t1_is_early() {
    let build = |[s]: [Flow<_>; 1]| {
        s.batch(100, Duration::from_millis(3))
            .map(|batch: Vec<Token>| batch.len())
    };
    let laws = Laws::timed(build, |arrivals, end| lengths(&arrivals, end, WAIT));
    caught(Law::T1, &laws.look_ahead(100));
}

#[test]
fn t2_is_late() {
    let build = |[s]: [Flow<_>; 1]| {
        s.batch(100, Duration::from_millis(7))
            .map(|batch: Vec<Token>| batch.len())
    };
    let laws = Laws::timed(build, |arrivals, end| lengths(&arrivals, end, WAIT));
    caught(Law::T2, &laws.look_ahead(100));
}

#[test]
fn t3_holds_an_item_too_long() {
    let wait = Duration::from_millis(7);
    let build = move |[s]: [Flow<_>; 1]| s.batch(100, wait).map(|batch: Vec<Token>| batch.len());
    let laws = Laws::timed(build, move |arrivals, end| lengths(&arrivals, end, wait));
    caught(Law::T3, &laws.look_ahead(100).linger(WAIT));
}

fn up_to_an_error<T, E>(results: impl Iterator<Item = Result<T, E>>) -> Vec<Result<T, E>> {
    let mut ended = false;
    results
        .take_while(|result| !mem::replace(&mut ended, result.is_err()))
        .collect()
}

#[test]
fn t4_is_too_fast() {
    let laws = Laws::timed(|[s]| s, |arrivals, _| arrivals);
    caught(Law::T4, &laws.rate((3, WAIT)));
    let laws = Laws::timed(|[s]| s, |arrivals, _| arrivals);
    laws.rate((24, WAIT)).check().unwrap();
}

#[test]
fn t5_wakes_while_it_is_idle() {
    let laws = Laws::<1, _>::new(|[s]| restless(s), |[v]| v);
    caught(Law::T5, &laws);
}

#[test]
fn p3_finalizes_at_its_end_and_at_its_drop() {
    caught_faulty(Law::P3, Fault::FinalizesTwice);
}

#[test]
fn p3_never_finalizes() {
    let laws = Laws::<1, _>::new(
        |[s]| {
            drop(s.get_ref().finalizer());
            s
        },
        |[v]| v,
    );
    caught(Law::P3, &laws.finalizer());
}

#[test]
fn one_that_finalizes_once_passes() {
    let laws = Laws::<1, _>::new(
        |[s]| {
            let finalizer = Finalizer(s.get_ref().finalizer());
            s.inspect(move |_| {
                let _held = &finalizer;
            })
        },
        |[v]| v,
    );
    laws.finalizer().check().unwrap();
}

struct Finalizer<F: Fn()>(F);

impl<F: Fn()> Drop for Finalizer<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// Says when batches without a limit leave, and of what length.
fn lengths(
    arrivals: &[(Duration, Token)],
    end: Duration,
    wait: Duration,
) -> Vec<(Duration, usize)> {
    let mut batches: Vec<(Duration, usize)> = Vec::new();
    for (at, _) in arrivals {
        match batches.last_mut() {
            Some((due, length)) if *at < *due => *length += 1,
            _ => batches.push((*at + wait, 1)),
        }
    }
    if let Some((due, _)) = batches.last_mut() {
        *due = end.min(*due);
    }
    batches
}
