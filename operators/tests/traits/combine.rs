use millpond_operators::Flow;
use millpond_operators::combine::{
    BeforeFirst, CombineLatest, Concat, ConcatLazy, Interleave, Merge, MergeAll, MergeEager,
    MergePreferred, MergePrioritized, MergeSequence, MergeSortedBy, WithLatestFrom, Zip, ZipAll,
    ZipN, ZipWith,
};
use std::cmp::Ordering;

use super::{S, cloned, everyday};

#[test]
fn everyday_traits() {
    everyday::<BeforeFirst>();
    everyday::<CombineLatest<S, S, fn(&u8, &u8) -> u8>>();
    everyday::<Concat<S, S>>();
    everyday::<ConcatLazy<S, fn() -> Flow<S>, S>>();
    everyday::<Interleave<S, S>>();
    everyday::<Merge<S, S>>();
    everyday::<MergeAll<S>>();
    everyday::<MergeEager<S, S>>();
    everyday::<MergePreferred<S, S>>();
    everyday::<MergePrioritized<S>>();
    everyday::<MergeSequence<S, S, fn(&u8) -> u64>>();
    everyday::<MergeSortedBy<S, S, fn(&u8, &u8) -> Ordering>>();
    everyday::<WithLatestFrom<S, S, fn(u8, &u8) -> u8>>();
    everyday::<Zip<S, S>>();
    everyday::<ZipAll<S, S>>();
    everyday::<ZipN<S>>();
    everyday::<ZipWith<S, S, fn(u8, u8) -> u8>>();
}

#[test]
fn cloning() {
    cloned::<CombineLatest<S, S, fn(&u8, &u8) -> u8>>();
    cloned::<Concat<S, S>>();
    cloned::<ConcatLazy<S, fn() -> Flow<S>, S>>();
    cloned::<Interleave<S, S>>();
    cloned::<Merge<S, S>>();
    cloned::<MergeAll<S>>();
    cloned::<MergeEager<S, S>>();
    cloned::<MergePreferred<S, S>>();
    cloned::<MergePrioritized<S>>();
    cloned::<MergeSequence<S, S, fn(&u8) -> u64>>();
    cloned::<MergeSortedBy<S, S, fn(&u8, &u8) -> Ordering>>();
    cloned::<WithLatestFrom<S, S, fn(u8, &u8) -> u8>>();
    cloned::<Zip<S, S>>();
    cloned::<ZipAll<S, S>>();
    cloned::<ZipN<S>>();
    cloned::<ZipWith<S, S, fn(u8, u8) -> u8>>();
}
