//! A CUDA driver for tests: an emulator, not a GPU.
#![doc = include_str!("../README.md")]

mod access;
mod api;
mod bytes;
mod clock;
mod code;
mod device;
mod driver;
mod event;
mod faults;
mod graph;
mod host;
mod module;
mod perform;
mod report;
mod settings;
mod space;
mod stream;
mod view;
mod work;
