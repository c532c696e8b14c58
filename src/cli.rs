//! The command-line tool: what a policy says, by the same code as the Worker.
//!
//! Native only. Exit status: 0 good, 1 faults found, 2 wrong usage.

mod browser;
mod check;
mod document;
mod explain;
mod knowledge;
mod printable;
mod render;
mod request;

use std::{
    io::{self, ErrorKind, Write},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

pub use knowledge::KNOWLEDGE;

/// Checks and explains the policies of socketio-cors-edge.
#[derive(Debug, Parser)]
#[command(name = "socketio-cors", version, arg_required_else_help = true)]
#[command(after_help = "Exit status: 0 good, 1 faults found, 2 wrong usage.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Say what is wrong with a policy document, and what to write instead
    ///
    /// Every fault is listed at once. A document with faults is not taken by the
    /// Worker; one with warnings is.
    #[command(after_help = check::EXAMPLES)]
    Check(check::Check),
    /// Say what becomes of a request, and why
    ///
    /// Shows the decision, the rule and the pattern that made it, and the exact
    /// CORS headers of the answer; first of the preflight, where a browser sends
    /// one.
    #[command(after_help = explain::EXAMPLES)]
    Explain(explain::Explain),
}

/// What a command has to say.
#[derive(Debug)]
struct Report {
    /// For the standard output, in colour.
    text: String,
    /// Whether the document has no faults.
    valid: bool,
}

/// Why a command cannot be carried out as it was given.
#[derive(Debug)]
struct WrongUsage(String);

/// Runs the tool with the process's arguments.
#[must_use]
pub fn run() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Check(check) => check.run(),
        Command::Explain(explain) => explain.run(),
    };
    match done {
        Ok(Report { text, valid }) => match print(&text) {
            Ok(()) => ExitCode::from(u8::from(!valid)),
            Err(error) => wrong_usage(&format!("cannot write the output: {error}")),
        },
        Err(WrongUsage(message)) => wrong_usage(&message),
    }
}

fn print(text: &str) -> io::Result<()> {
    let mut output = anstream::stdout();
    let printed = writeln!(output, "{text}").and_then(|()| output.flush());
    // Whoever reads it may have seen enough.
    printed.or_else(|error| if error.kind() == ErrorKind::BrokenPipe { Ok(()) } else { Err(error) })
}

fn wrong_usage(message: &str) -> ExitCode {
    // There is nobody left to tell of a failure.
    let _ = writeln!(anstream::stderr(), "{}", render::error(message));
    ExitCode::from(2)
}
