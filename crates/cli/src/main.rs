//! The command-line tool: what a policy says, by the same code as the Worker, and what
//! is wrong with a live deployment.
//!
//! Native only. Exit status: 0 good, 1 faults found or not published, 2 wrong usage.

mod commands;
mod doctor;
mod kv;
mod terminal;

use std::{
    io::{ErrorKind, Write},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

use commands::{check, explain, publish, rollback};
use terminal::{printable, snippet};

/// Checks, explains and publishes the policies of socketio-cors-edge, and examines
/// Socket.IO deployments.
#[derive(Debug, Parser)]
#[command(name = "socketio-cors", version, arg_required_else_help = true)]
#[command(after_help = "Exit status: 0 good, 1 faults found or not published, 2 wrong usage.")]
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
    /// Put a policy document into KV, where the Worker takes it from
    ///
    /// Checks it, shows how it differs from what is live, asks, writes it through
    /// wrangler, reads it back, and says when it takes effect. What was live is kept for
    /// `rollback`. Where a step fails, the command says what is in KV then.
    #[command(after_help = publish::EXAMPLES)]
    Publish(publish::Publish),
    /// Put back the policy that the last `publish` replaced
    ///
    /// Shows the difference and asks, as `publish` does. The two change places, so
    /// that a second rollback undoes the first.
    #[command(after_help = rollback::EXAMPLES)]
    Rollback(rollback::Rollback),
    /// Examine a live Socket.IO deployment as a page's browser would
    ///
    /// Behind this Worker or not: says why the page fails, what someone else's page
    /// can do there that it should not, and what to change. Sends nothing but
    /// handshakes, heartbeats and the packet that connects to the namespace /.
    #[command(after_help = doctor::EXAMPLES)]
    Doctor(doctor::Doctor),
}

/// What a command has to say.
#[derive(Debug)]
struct Report {
    /// For the standard output, in colour.
    text: String,
    /// Whether the document has no faults, and what was asked for is done.
    valid: bool,
}

/// Why a command cannot be carried out as it was given.
#[derive(Debug)]
struct WrongUsage(String);

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Check(check) => check.run(),
        Command::Explain(explain) => explain.run(),
        Command::Publish(publish) => publish.run(),
        Command::Rollback(rollback) => rollback.run(),
        Command::Doctor(doctor) => doctor.run(),
    };
    match done.and_then(|Report { text, valid }| print(&format!("{text}\n")).map(|()| valid)) {
        Ok(valid) => ExitCode::from(u8::from(!valid)),
        Err(WrongUsage(message)) => {
            complain(&message);
            ExitCode::from(2)
        }
    }
}

/// Writes to the standard output.
fn print(text: &str) -> Result<(), WrongUsage> {
    let mut output = anstream::stdout();
    let printed = write!(output, "{text}").and_then(|()| output.flush());
    match printed {
        // Whoever reads it may have seen enough.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(WrongUsage(format!("cannot write the output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes an error to the standard error.
fn complain(message: &str) {
    // There is nobody left to tell of a failure.
    let _ = writeln!(anstream::stderr(), "{}", snippet::error(message));
}
