//! The tool on Node, as `npm/` has it: its start, and the functions of Node that it needs.

use std::ffi::OsString;

use socketio_cors_core::origin::{host as host_name, pattern::OriginPattern};
use socketio_cors_explain::{DOMAIN_RULES, PolicyDocument, registrable_domain};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{system::NodeSystem, terminal::printable::printable};

/// Runs the tool with `arguments`. Resolves to the exit status.
#[wasm_bindgen]
#[expect(unreachable_pub, reason = "wasm-bindgen exports what is public")]
pub async fn run(arguments: Vec<String>) -> u8 {
    console_error_panic_hook::set_once();
    let words = ["socketio-cors".to_owned()].into_iter().chain(arguments);
    crate::run(&NodeSystem, words.map(OsString::from)).await
}

/// The document `text` as strict JSON, which the Worker reads.
#[wasm_bindgen(js_name = strictJson)]
#[expect(unreachable_pub, reason = "wasm-bindgen exports what is public")]
#[must_use]
pub fn strict_json(text: String) -> String {
    PolicyDocument::read(text).json().to_owned()
}

/// The fault of an origin of a policy, with what to write instead.
#[wasm_bindgen(js_name = originFault)]
#[expect(unreachable_pub, reason = "wasm-bindgen exports what is public")]
#[must_use]
pub fn origin_fault(text: &str) -> Option<String> {
    let error = OriginPattern::try_from(text).err()?;
    let help = error.help(text, DOMAIN_RULES.to_ascii);
    Some(printable(&format!("{text:?} {}: {help}", error.message())).into_owned())
}

/// The registrable domain above `host`, which is mostly the name of its zone.
#[wasm_bindgen(js_name = zoneOf)]
#[expect(unreachable_pub, reason = "wasm-bindgen exports what is public")]
#[must_use]
pub fn zone_of(host: &str) -> Option<String> {
    let is_name = host_name::is_canonical(host) && !host_name::ends_in_number(host);
    registrable_domain(host).filter(|_| is_name).map(str::to_owned)
}

/// Functions of `npm/lib/host.js`. Those that fail throw Node's errors.
pub(crate) mod host {
    use js_sys::{Array, Uint8Array};
    use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

    #[wasm_bindgen(raw_module = "../lib/host.js")]
    extern "C" {
        #[wasm_bindgen(catch)]
        pub(crate) fn open(path: &str) -> Result<i32, JsValue>;
        #[wasm_bindgen(catch, js_name = readFrom)]
        pub(crate) fn read_from(file: i32, buffer: &mut [u8]) -> Result<u32, JsValue>;
        pub(crate) fn close(file: i32);
        #[wasm_bindgen(js_name = isFile)]
        pub(crate) fn is_file(path: &str) -> bool;
        #[wasm_bindgen(js_name = isDirectory)]
        pub(crate) fn is_directory(path: &str) -> bool;
        /// The entries of a directory, each a name and true for a directory.
        #[wasm_bindgen(catch)]
        pub(crate) fn list(directory: &str) -> Result<Vec<Array>, JsValue>;
        #[wasm_bindgen(catch, js_name = writeTemporary)]
        pub(crate) fn write_temporary(text: &str) -> Result<String, JsValue>;
        #[wasm_bindgen(catch, js_name = createFile)]
        pub(crate) fn create_file(path: &str, text: &str) -> Result<(), JsValue>;
        #[wasm_bindgen(catch, js_name = replaceFile)]
        pub(crate) fn replace_file(path: &str, text: &str) -> Result<(), JsValue>;
        pub(crate) fn remove(path: &str);
        #[wasm_bindgen(catch, js_name = currentDirectory)]
        pub(crate) fn current_directory() -> Result<String, JsValue>;
        pub(crate) fn beside(file: &str, relative: &str) -> String;
        #[wasm_bindgen(js_name = searchPath)]
        pub(crate) fn search_path() -> Vec<String>;
        pub(crate) fn variable(name: &str) -> Option<String>;
        #[wasm_bindgen(catch)]
        pub(crate) fn print(text: &str) -> Result<(), JsValue>;
        #[wasm_bindgen(js_name = printsColour)]
        pub(crate) fn prints_colour() -> bool;
        #[wasm_bindgen(js_name = printError)]
        pub(crate) fn print_error(text: &str);
        #[wasm_bindgen(js_name = printsErrorsInColour)]
        pub(crate) fn prints_errors_in_colour() -> bool;
        #[wasm_bindgen(js_name = showsProgress)]
        pub(crate) fn shows_progress() -> bool;
        #[wasm_bindgen(js_name = canAsk)]
        pub(crate) fn can_ask() -> bool;
        #[wasm_bindgen(catch, js_name = readAnswer)]
        pub(crate) fn read_answer() -> Result<String, JsValue>;
        pub(crate) fn sleep(milliseconds: f64);
        /// The time since the start, in milliseconds.
        pub(crate) fn now() -> f64;
        /// `variables` are names and values in turn.
        #[wasm_bindgen(catch, js_name = runToEnd)]
        pub(crate) fn run_to_end(
            program: &str,
            arguments: Vec<String>,
            variables: Vec<String>,
        ) -> Result<Ended, JsValue>;
        #[wasm_bindgen(catch)]
        pub(crate) async fn connect(
            host: &str,
            port: u16,
            is_encrypted: bool,
            timeout: f64,
        ) -> Result<Socket, JsValue>;

        /// A program that has ended.
        pub(crate) type Ended;
        #[wasm_bindgen(method, getter, js_name = isSuccess)]
        pub(crate) fn is_success(this: &Ended) -> bool;
        #[wasm_bindgen(method, getter)]
        pub(crate) fn status(this: &Ended) -> String;
        #[wasm_bindgen(method, getter)]
        pub(crate) fn output(this: &Ended) -> Vec<u8>;
        #[wasm_bindgen(method, getter)]
        pub(crate) fn errors(this: &Ended) -> Vec<u8>;

        /// A connection that is up.
        pub(crate) type Socket;
        #[wasm_bindgen(method, getter)]
        pub(crate) fn address(this: &Socket) -> String;
        #[wasm_bindgen(method, getter, js_name = isLoopback)]
        pub(crate) fn is_loopback(this: &Socket) -> bool;
        /// "TLSv1.3".
        #[wasm_bindgen(method, getter)]
        pub(crate) fn protocol(this: &Socket) -> Option<String>;
        #[wasm_bindgen(method, catch)]
        pub(crate) async fn read(this: &Socket) -> Result<Uint8Array, JsValue>;
        #[wasm_bindgen(method, catch)]
        pub(crate) async fn write(this: &Socket, bytes: Uint8Array) -> Result<(), JsValue>;
        #[wasm_bindgen(method, js_name = beDoneIn)]
        pub(crate) fn be_done_in(this: &Socket, milliseconds: f64);
        #[wasm_bindgen(method, js_name = close)]
        pub(crate) fn close_socket(this: &Socket);

        /// An error of Node.
        pub(crate) type NodeError;
        #[wasm_bindgen(method, getter)]
        pub(crate) fn code(this: &NodeError) -> Option<String>;
        #[wasm_bindgen(method, getter)]
        pub(crate) fn message(this: &NodeError) -> String;
        /// The names of a certificate for another host, as in "DNS:a.example, DNS:b.example".
        #[wasm_bindgen(method, getter, js_name = certificateNames)]
        pub(crate) fn certificate_names(this: &NodeError) -> Option<String>;
    }
}
