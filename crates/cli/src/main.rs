//! The command-line tool: checks and explains policies by the same code as the Worker, publishes
//! them, and examines live deployments.

mod commands;
mod doctor;
mod document;
mod kv;
mod network;
#[cfg(target_arch = "wasm32")]
mod node;
mod report;
mod system;
mod terminal;

use std::ffi::OsString;

use clap::{Parser, Subcommand};

use commands::{check, diff, explain, history, import, learn, publish, rollback, tenants, test};
use report::{CommandError, Report, Status, WrongUsage};
use system::System;
use terminal::{print, print_error, printable};

/// Checks, explains and publishes the policies of socketio-cors-edge, and examines
/// Socket.IO deployments.
#[derive(Debug, Parser)]
#[command(name = "socketio-cors", version, arg_required_else_help = true)]
#[command(after_help = EXIT_STATUS)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXIT_STATUS: &str = "\
Exit status: 0 success; 1 faults or differences found, an expectation not met, or not published;
2 wrong usage; 3 KV, wrangler or the network failed.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Say what is wrong with a policy document, and what to write instead
    ///
    /// Lists every fault at once. The Worker refuses a document with faults, and
    /// accepts one with warnings.
    #[command(after_help = check::EXAMPLES)]
    Check(check::Check),
    /// Say how a request is decided, and why
    ///
    /// Shows the decision, its rule and pattern, and the exact CORS headers of the
    /// answer. If a browser sends a preflight, shows that first.
    #[command(after_help = explain::EXAMPLES)]
    Explain(explain::Explain),
    /// Test a policy against a file of expectations
    ///
    /// Each case is a request and how it should be decided; "policy" is the path of the
    /// policy document, relative to the file. The file's schema is cases.schema.json.
    #[command(after_help = test::EXAMPLES)]
    Test(test::Test),
    /// Say what `publish` would change, and for which origins
    ///
    /// Writes nothing.
    #[command(after_help = diff::EXAMPLES)]
    Diff(diff::Diff),
    /// Make a policy from an nginx configuration, or from Socket.IO's server options
    ///
    /// Prints the policy on the standard output, and what it leaves out or changes on
    /// the standard error. A regular expression that matches look-alikes is imported
    /// without them.
    #[command(after_help = import::EXAMPLES)]
    Import(import::Import),
    /// Make a policy from the log of a roll-out with `reportOnly`
    ///
    /// Says how often and why each origin was refused, and if you should list it.
    /// Prints the policy with these origins on the standard output, and the findings on
    /// the standard error.
    #[command(after_help = learn::EXAMPLES)]
    Learn(learn::Learn),
    /// Put a policy document into KV, where the Worker reads it
    ///
    /// Checks it, says where it goes, shows how it differs from the live one, asks,
    /// writes it with wrangler, reads it back, and says when it takes effect.
    /// `rollback` can put back the document that it replaces. If a step fails, says
    /// what KV has then.
    #[command(after_help = publish::EXAMPLES)]
    Publish(publish::Publish),
    /// List the versions of the policy in KV: who published each, when and why
    ///
    /// KV keeps the newest 50, and at most 64 MiB of them.
    #[command(after_help = history::EXAMPLES)]
    History(history::History),
    /// Put back a version that was live before
    ///
    /// Puts back the version that was replaced last, or the one of --to. Shows the
    /// difference and asks, as `publish` does. A second rollback undoes the first.
    #[command(after_help = rollback::EXAMPLES)]
    Rollback(rollback::Rollback),
    /// Add, remove, list and check the origins that have a KV key each
    ///
    /// A rule with {"kv": "tenant:"} among its origins allows them: customers' own
    /// domains, which you add and remove without a new policy.
    #[command(after_help = tenants::EXAMPLES)]
    Tenants(tenants::Tenants),
    /// Examine a live Socket.IO deployment as a page's browser would
    ///
    /// Says why the page fails, what other sites' pages can do there that they should
    /// not, and what to change, with or without this Worker. Sends only handshakes,
    /// heartbeats and the packet that connects to the namespace.
    #[command(after_help = doctor::EXAMPLES)]
    Doctor(doctor::Doctor),
}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    // Natively nothing is ever waited for by a future.
    pollster::block_on(run(&system::NativeSystem, std::env::args_os())).into()
}

/// Node calls `node::run` instead, once all of the module is there.
#[cfg(target_arch = "wasm32")]
fn main() {}

/// Runs the tool with `words`, of which the first is its own name. Returns the exit status.
async fn run(system: &dyn System, words: impl Iterator<Item = OsString>) -> u8 {
    let cli = match Cli::try_parse_from(words) {
        Ok(cli) => cli,
        Err(error) => return say_usage(system, &error),
    };
    match cli.command.run(system).await {
        Ok(status) => status.code(),
        Err(error) => {
            print_error(system, error.message());
            error.code()
        }
    }
}

/// Prints what clap has to say in place of running a command: help, the version, or wrong usage.
fn say_usage(system: &dyn System, error: &clap::Error) -> u8 {
    let text = error.render().ansi().to_string();
    if error.use_stderr() {
        system.print_error(&text);
    } else {
        // Nobody is left to be told that it cannot be written.
        let _ = system.print(&text);
    }
    u8::try_from(error.exit_code()).unwrap_or(2)
}

impl Command {
    async fn run(&self, system: &dyn System) -> Result<Status, CommandError> {
        let Report { text, status } = match self {
            Self::Check(check) => check.run(system)?,
            Self::Explain(explain) => explain.run(system)?,
            Self::Test(test) => test.run(system)?,
            Self::Diff(diff) => diff.run(system)?,
            Self::Import(import) => import.run(system)?,
            Self::Learn(learn) => learn.run(system).await?,
            Self::Publish(publish) => publish.run(system)?,
            Self::History(history) => history.run(system)?,
            Self::Rollback(rollback) => rollback.run(system)?,
            Self::Tenants(tenants) => tenants.run(system)?,
            Self::Doctor(doctor) => doctor.run(system).await?,
        };
        if !text.is_empty() {
            print(system, &format!("{text}\n"))?;
        }
        Ok(status)
    }
}
