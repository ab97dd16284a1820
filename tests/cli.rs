//! The built binary, end to end: exit statuses, streams, formats, and hostile or broken accounts.

mod cli {
    pub mod replay;
    pub mod reports;
    pub mod single;
    pub mod support;
}
