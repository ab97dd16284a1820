//! What is deployed, as the emulated account has it after the templates were created there: the role is exactly what the
//! code calls and nothing else is allowed to it, the rules are exactly what the code handles, and every alarm has its page.

#![cfg(feature = "live")]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on must stop"
)]

#[path = "support/emulator.rs"]
#[expect(dead_code, reason = "only its interpreter is used here")]
mod emulator;

mod template {
    mod alarms;
    mod calls;
    mod deployed;
    mod events;
    mod pattern;
    mod roles;
    mod stack;
    mod tampered;
    mod tampering;
}
