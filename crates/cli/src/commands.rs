//! The commands that are about a policy, one a file.

pub(crate) mod check;
mod document_file;
pub(crate) mod explain;
pub(crate) mod publish;
mod request_options;
pub(crate) mod rollback;
