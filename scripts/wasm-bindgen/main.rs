//! The part of wasm-bindgen's command that is needed here, with the names of its own options.

use std::{env, path::PathBuf};

use anyhow::{Context, bail};
use pico_args::Arguments;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> anyhow::Result<()> {
    let mut args = Arguments::from_vec(env::args_os().skip(1).collect());
    let target: String = args.value_from_str("--target")?;
    let out_dir: PathBuf = args.value_from_str("--out-dir")?;
    let out_name: String = args.value_from_str("--out-name")?;
    let mut bindgen = Bindgen::new();
    match target.as_str() {
        "module" => bindgen.module(true)?,
        "nodejs" => bindgen.nodejs(true)?,
        "web" => bindgen.web(true)?,
        other => bail!("unknown target {other}: expected module, nodejs or web"),
    };
    bindgen
        .typescript(!args.contains("--no-typescript"))
        .remove_name_section(args.contains("--remove-name-section"))
        .remove_producers_section(args.contains("--remove-producers-section"))
        .reset_state_function(args.contains("--experimental-reset-state-function"))
        .force_enable_abort_handler(args.contains("--force-enable-abort-handler"))
        // As its own command has it: of the target web, `init()` finds the Wasm beside the script.
        .omit_default_module_path(false)
        .out_name(&out_name)
        .input_path(args.free_from_str::<PathBuf>().context("no Wasm file was named")?);
    let rest = args.finish();
    if !rest.is_empty() {
        bail!("unknown arguments: {rest:?}");
    }
    bindgen.generate(out_dir)
}
