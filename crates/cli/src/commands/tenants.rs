//! `tenants`: the KV keys of origins, where a rule says `{"kv": "tenant:"}`.

mod add;
mod check;
mod key_change;
mod key_verb;
mod list;
mod origin_file;
mod origin_list;
mod prefix;
mod remove;
mod stored_keys;

use clap::{Args, Subcommand};

use crate::{
    report::{CommandError, Report},
    system::System,
};

pub(crate) const EXAMPLES: &str = "\
Examples:
  socketio-cors tenants add https://shop.example
  socketio-cors tenants add --file tenants.csv --yes
  socketio-cors tenants add https://trial.example --ttl 86400    # for a day
  socketio-cors tenants remove https://shop.example
  socketio-cors tenants list --json
  socketio-cors tenants check https://shop.example

The commands convert origins to the form that browsers send.";

#[derive(Args, Debug)]
pub(crate) struct Tenants {
    #[command(subcommand)]
    command: TenantsCommand,
}

#[derive(Debug, Subcommand)]
enum TenantsCommand {
    /// Allow origins: put their keys into KV
    ///
    /// Writes nothing if one origin is faulty. Asks, and writes through wrangler.
    Add(add::Add),
    /// Stop allowing origins: delete their keys from KV
    ///
    /// Says which keys KV does not have.
    Remove(remove::Remove),
    /// List the origins that have a key, and keys that no origin can match
    List(list::List),
    /// Say if origins have their keys, and if the live policy allows them
    ///
    /// Exits with 1 if one is not allowed under any route.
    Check(check::Check),
}

impl Tenants {
    pub(crate) fn run(&self, system: &dyn System) -> Result<Report, CommandError> {
        match &self.command {
            TenantsCommand::Add(add) => add.run(system),
            TenantsCommand::Remove(remove) => remove.run(system),
            TenantsCommand::List(list) => list.run(system),
            TenantsCommand::Check(check) => check.run(system),
        }
    }
}
