//! The built binary, end to end: exit statuses, streams, formats, and hostile or broken accounts.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod cli {
    pub mod broken;
    pub mod commands;
    pub mod gate;
    pub mod replay;
    pub mod reports;
    pub mod secrets;
    pub mod single;
    pub mod slips;
    pub mod state;
    pub mod support;
}
