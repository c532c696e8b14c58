//! What there is to say of documents and requests, through the public API. One crate, so that it
//! is linked once.
#![allow(clippy::unwrap_used, reason = "tests")]

mod import;
mod mistakes;
mod pasted;
mod test_files;
