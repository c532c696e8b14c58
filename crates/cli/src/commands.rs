//! The commands that are about a policy, one a file.

pub(crate) mod check;
pub(crate) mod diff;
mod document_file;
mod document_files;
pub(crate) mod explain;
pub(crate) mod history;
pub(crate) mod import;
pub(crate) mod learn;
pub(crate) mod publish;
mod request_options;
pub(crate) mod rollback;
pub(crate) mod tenants;
pub(crate) mod test;
