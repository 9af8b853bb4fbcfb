use millpond_operators::lifecycle::{
    Cause, Drain, Finally, KillSwitch, Lost, OnCancel, StopWith, Terminated, Termination,
    WatchTermination, WithKillSwitch,
};

use super::{S, cloned, everyday};

#[test]
fn everyday_traits() {
    everyday::<Cause>();
    everyday::<Drain<S, u8>>();
    everyday::<Finally<S, fn(Cause)>>();
    everyday::<KillSwitch<u8>>();
    everyday::<Lost>();
    everyday::<OnCancel<S, fn()>>();
    everyday::<StopWith<S, u8>>();
    everyday::<Terminated>();
    everyday::<Termination>();
    everyday::<WatchTermination<S>>();
    everyday::<WithKillSwitch<S, u8>>();
}

#[test]
fn cloning() {
    cloned::<Cause>();
    cloned::<KillSwitch<u8>>();
    cloned::<Lost>();
    cloned::<StopWith<S, u8>>();
    cloned::<Terminated>();
    cloned::<WithKillSwitch<S, u8>>();
}
