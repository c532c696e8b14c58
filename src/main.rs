//! The command-line tool `socketio-cors`.

use std::process::ExitCode;

fn main() -> ExitCode {
    socketio_cors_edge::cli::run()
}
