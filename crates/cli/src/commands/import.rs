//! `import`: a policy from a configuration of nginx, or from Socket.IO's server options.

use std::{io::ErrorKind, path::Path};

use clap::Args;
use socketio_cors_explain::import::{Finding, Import as Imported, ImportOptions, import};

use crate::{
    document::read_text,
    report::{CommandError, Report, Status},
    system::System,
    terminal::{
        TOOL,
        check_text::counted,
        print_error,
        printable::printable,
        snippet::{Severity, source_snippets},
    },
};

pub(crate) const EXAMPLES: &str = "\
Examples:
  socketio-cors import /etc/nginx/sites-enabled/api.conf
  nginx -T | socketio-cors import - --write policy.json
  socketio-cors import nginx.conf --server api.example.com --path /chat/
  socketio-cors import server.js";

#[derive(Args, Debug)]
pub(crate) struct Import {
    /// A configuration of nginx, or JavaScript or JSON with Socket.IO's server options; - for the
    /// standard input
    #[arg(value_name = "FILE")]
    file: String,
    /// The path of Socket.IO
    #[arg(long, value_name = "PATH", default_value = "/socket.io/")]
    path: String,
    /// Import only the nginx server with this `server_name`
    #[arg(long, value_name = "NAME")]
    server: Option<String>,
    /// Write the policy to a new file instead of the standard output
    #[arg(long, value_name = "FILE")]
    write: Option<String>,
    /// Replace the file of --write if it exists
    #[arg(long, requires = "write")]
    overwrite: bool,
}

impl Import {
    pub(crate) fn run(&self, system: &dyn System) -> Result<Report, CommandError> {
        if !self.path.starts_with('/') {
            let path = printable(&self.path);
            return Err(CommandError::WrongUsage(format!("--path {path} does not begin with /")));
        }
        let (name, text) = read_text(system, &self.file)?;
        let options = ImportOptions { path: &self.path, server: self.server.as_deref() };
        let Imported { policy, findings } = import(&text, &options);
        system.print_error(&said(&name, &text, &findings));
        let is_complete = findings.iter().all(|finding| finding.is_imported);
        let status = Status::good_if(is_complete && policy.is_some());
        let text = match (policy, &self.write) {
            (None, _) => {
                print_error(system, &format!("{name}: no policy was imported"));
                String::new()
            }
            (Some(policy), None) => policy,
            (Some(policy), Some(path)) => {
                self.write(system, path, &policy)?;
                String::new()
            }
        };
        Ok(Report { text, status })
    }

    fn write(&self, system: &dyn System, path: &str, policy: &str) -> Result<(), CommandError> {
        let text = format!("{policy}\n");
        let written = if self.overwrite && system.is_file(Path::new(path)) {
            system.replace(path, &text)
        } else {
            system.create(path, &text)
        };
        let name = printable(path);
        written.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => CommandError::WrongUsage(format!(
                "{name} exists already; to replace it, add --overwrite"
            )),
            _ => CommandError::WrongUsage(format!("cannot write {name}: {error}")),
        })?;
        system.print_error(&format!("wrote {name}; check it: {TOOL} check {name}\n"));
        Ok(())
    }
}

/// The findings of the file `name`, and how many there are.
fn said(name: &str, text: &str, findings: &[Finding]) -> String {
    let of = |is_imported: bool| {
        let of_kind = findings.iter().filter(move |it| it.is_imported == is_imported);
        of_kind.map(|finding| finding.diagnostic.clone()).collect::<Vec<_>>()
    };
    let (left_out, changed) = (of(false), of(true));
    if findings.is_empty() {
        return String::new();
    }
    [
        source_snippets(name, text, &changed, Severity::Warning),
        source_snippets(name, text, &left_out, Severity::Error),
        format!(
            "{name}: {} not imported, {} imported in another form\n",
            left_out.len(),
            counted(changed.len(), "thing"),
        ),
    ]
    .concat()
}
