//! For each check backends that break it: a check that no mutant breaks tests
//! nothing.

use millpond::inference::conformance::{Check, Outcome, hold};

use super::faulty::{Fault, Faults};
use super::mock;

/// Each fault with the check that has to find it, and a part of what it says.
const MUTANTS: [(Fault, Check, &str); 35] = [
    (
        Fault::NamesTwoOutputsAlike,
        Check::Signature,
        "two outputs are called `sum`",
    ),
    (Fault::ChangesItsSignature, Check::Signature, "and became"),
    (Fault::PanicsUnstarted, Check::Unstarted, "no threads"),
    (
        Fault::WaitsForEverUnstarted,
        Check::Unstarted,
        "did not come within 1s",
    ),
    (Fault::AnswersOnlyWhenWarm, Check::WarmUp, "not now"),
    (
        Fault::ChangesItsAnswersWhenWarm,
        Check::WarmUp,
        "of output `sum` is",
    ),
    (
        Fault::NeverGetsWarm,
        Check::WarmUp,
        "the warm-up did not come",
    ),
    (
        Fault::ForgetsTheLastRow,
        Check::Shapes,
        "output `sum` is f32[0]",
    ),
    (
        Fault::ForgetsAnOutput,
        Check::Shapes,
        "no tensor is named `sum`",
    ),
    (
        Fault::IsOffByOne,
        Check::Values,
        "element 0 of output `sum`",
    ),
    (Fault::TakesWhatDoesNotFit, Check::Elements, "is answered"),
    (
        Fault::GivesAnotherErrorForAMisfit,
        Check::Elements,
        "bad shape",
    ),
    (Fault::RefusesNoRows, Check::ZeroRows, "not now"),
    (Fault::SpreadsNan, Check::Nan, "row 0 beside one of NaN"),
    (Fault::RefusesNan, Check::Nan, "not now"),
    (Fault::CutsLargeBatches, Check::MaximumBatch, "of 64"),
    (Fault::TurnsRowsRound, Check::Rows, "row 0 of 5"),
    (
        Fault::GivesTheLatestAnswer,
        Check::Order,
        "one of several batches",
    ),
    (Fault::RefusesItsLastSlot, Check::Order, "no room"),
    (
        Fault::FailsWithoutRoom,
        Check::Overload,
        "otherwise than for lack of room",
    ),
    (Fault::NeverHasRoomAgain, Check::Overload, "no room"),
    (
        Fault::LosesSlotsGivenUp,
        Check::Cancellation,
        "did not come",
    ),
    (Fault::GivesUpTheNeighbours, Check::Cancellation, "lost"),
    (Fault::BlocksTheWorker, Check::Slow, "kept the worker"),
    (Fault::IsNeverSlow, Check::Slow, "no batch was slow"),
    (Fault::LosesSlowBatches, Check::Slow, "did not come"),
    (
        Fault::AnswersFailures,
        Check::Failure,
        "a batch that was to fail is answered",
    ),
    (Fault::StaysFailed, Check::Failure, "not now"),
    (
        Fault::LetsPanicsOut,
        Check::Panic,
        "a panic left the backend: a wild index",
    ),
    (Fault::DiesOfPanics, Check::Panic, "not now"),
    (
        Fault::EndsTheCallsOfOthers,
        Check::Reload,
        "the batch in flight has no answer: lost",
    ),
    (
        Fault::NeverShutsDown,
        Check::Shutdown,
        "the shutdown did not come",
    ),
    (
        Fault::LeavesCallsWithoutAnswer,
        Check::Shutdown,
        "an answer did not come",
    ),
    (
        Fault::FailsCallsAtItsEnd,
        Check::Shutdown,
        "otherwise than for it",
    ),
    (
        Fault::LeavesAThread,
        Check::Shutdown,
        "of its threads are left",
    ),
];

#[test]
fn a_backend_without_a_fault_passes_every_check() {
    for check in Check::ALL {
        let outcome = check.run(&Faults::new(Fault::None));

        assert_eq!(outcome, Outcome::Passed, "{check}");
    }
}

#[test]
fn each_fault_is_caught_by_its_check() {
    for (fault, check, says) in MUTANTS {
        match check.run(&Faults::new(fault)) {
            Outcome::Failed(reason) => {
                assert!(reason.contains(says), "{fault:?}, {check}: {reason}");
            }
            other => panic!("{fault:?} is not caught by {check}: {other:?}"),
        }
    }
}

#[test]
fn each_check_has_a_fault() {
    for check in Check::ALL {
        assert!(
            MUTANTS.iter().any(|(_, caught_by, _)| *caught_by == check),
            "{check}"
        );
    }
}

#[test]
fn a_check_that_the_subject_cannot_serve_is_skipped_with_its_reason() {
    let reasons = [
        (Check::Values, "knows no right answers"),
        (Check::Slow, "makes no slow backend"),
        (Check::Failure, "makes no failing backend"),
        (Check::Panic, "makes no panicking backend"),
    ];
    for (check, says) in reasons {
        match check.run(&mock) {
            Outcome::Skipped(reason) => assert!(reason.contains(says), "{check}: {reason}"),
            other => panic!("{check} is not skipped: {other:?}"),
        }
    }
}

#[test]
#[should_panic(expected = "fickle does not conform, signature: the signature was")]
fn a_failed_check_fails_its_test_with_the_reason() {
    hold(
        Check::Signature,
        "fickle",
        &Faults::new(Fault::ChangesItsSignature),
    );
}
