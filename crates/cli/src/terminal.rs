//! Text for people.

pub(crate) mod check_text;
pub(crate) mod explanation_text;
pub(crate) mod github_annotation;
pub(crate) mod printable;
pub(crate) mod snippet;
pub(crate) mod test_text;

use crate::{report::CommandError, system::System};

/// The command that people type to run this tool. npm installs it into a project, outside the `PATH`.
pub(crate) const TOOL: &str =
    if cfg!(target_arch = "wasm32") { "npx socketio-cors" } else { "socketio-cors" };

/// Writes to the standard output.
///
/// # Errors
/// It cannot be written to.
pub(crate) fn print(system: &dyn System, text: &str) -> Result<(), CommandError> {
    let failed = |error| CommandError::Failed(format!("cannot write the output: {error}"));
    system.print(text).map_err(failed)
}

/// Writes an error to the standard error.
pub(crate) fn print_error(system: &dyn System, message: &str) {
    system.print_error(&format!("{}\n", snippet::error(message)));
}
