//! What the tests against a running account stand on: the emulator, a proxy before it that counts and injects faults, the
//! Lambda service's Runtime API, and the built function under it.

#![allow(dead_code, reason = "no test uses all of it")]

pub mod account;
pub mod acted_on;
pub mod begins;
pub mod emulator;
pub mod function;
pub mod holders;
pub mod http;
pub mod organization;
#[cfg(feature = "live")]
pub mod ports;
pub mod proxy;
pub mod runtime_api;
pub mod scenario;
#[cfg(feature = "live")]
pub mod stage;
