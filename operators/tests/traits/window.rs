use millpond_operators::window::{
    Batch, BatchByKey, BatchWeighted, Chunks, ChunksBy, ChunksWeighted, ReadyChunks, ShortWindow,
    Sliding, SplitWhen, Substream, WindowUntil,
};

use super::{S, cloned, everyday};

#[test]
fn everyday_traits() {
    everyday::<Batch<S>>();
    everyday::<BatchByKey<S, u8, fn(&u8) -> u8>>();
    everyday::<BatchWeighted<S, fn(&u8) -> usize>>();
    everyday::<Chunks<S>>();
    everyday::<ChunksBy<S, fn(&u8) -> u8, u8>>();
    everyday::<ChunksWeighted<S, fn(&u8) -> usize>>();
    everyday::<ReadyChunks<S>>();
    everyday::<ShortWindow>();
    everyday::<Sliding<S>>();
    everyday::<SplitWhen<S, fn(&u8) -> bool>>();
    everyday::<Substream<S, fn(&u8) -> bool>>();
    everyday::<WindowUntil<S, fn(&u8) -> bool>>();
}

#[test]
fn cloning() {
    cloned::<Chunks<S>>();
    cloned::<ChunksBy<S, fn(&u8) -> u8, u8>>();
    cloned::<ChunksWeighted<S, fn(&u8) -> usize>>();
    cloned::<ReadyChunks<S>>();
    cloned::<ShortWindow>();
    cloned::<Sliding<S>>();
}
