//! Workers KV: policies, and tenants' keys.

use socketio_cors_core::policy::{MAX_DOCUMENT_LEN, Version, keys::BINDING};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::js_sys::{Array, Uint8Array};

use crate::{
    event::FetchEvent,
    log,
    runtime::{binding, in_words, wait},
};

/// KV takes one write a second for a key, and other isolates write at the same time.
const RETRY_AFTER: f64 = 1500.0;

// `worker::KvStore` would do the same with 13 KiB (gzip) more of the upload.
#[wasm_bindgen(module = "js/kv.js")]
extern "C" {
    #[wasm_bindgen(js_name = firstOf, catch)]
    async fn first(
        namespace: &Namespace,
        keys: Vec<String>,
        limit: usize,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_name = presentOf, catch)]
    async fn present(namespace: &Namespace, keys: Vec<String>) -> Result<JsValue, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    /// A KV namespace.
    type Namespace;

    #[wasm_bindgen(method, catch)]
    async fn put(this: &Namespace, key: &str, bytes: &Uint8Array) -> Result<JsValue, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    /// The value of the first of several keys that has one, as `js/kv.js` has it. Its bytes, up to
    /// 8 MiB, stay in JavaScript until they are known to be new.
    #[derive(Clone)]
    pub(crate) type Found;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn index(this: &Found) -> usize;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn bytes(this: &Found) -> Uint8Array;
    #[wasm_bindgen(method, getter)]
    fn digest(this: &Found) -> Vec<u8>;
}

impl Found {
    /// The version of its text.
    pub(crate) fn version(&self) -> Version {
        self.digest().try_into().map_or(Version::NONE, Version::new)
    }

    /// Its text, with U+FFFD for each byte sequence that is not UTF-8.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.bytes().to_vec())
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    }
}

/// The first of `keys` that KV holds.
///
/// # Errors
/// The reason why KV gave no answer, in words.
pub(crate) async fn first_of(event: &FetchEvent, keys: &[String]) -> Result<Option<Found>, String> {
    // One more byte shows that it is too long.
    let limit = MAX_DOCUMENT_LEN.saturating_add(1);
    let found = first(&namespace(event)?, keys.to_vec(), limit).await;
    let found = found.map_err(|error| in_words(&error))?;
    Ok((!found.is_undefined()).then(|| found.unchecked_into()))
}

/// Those of `keys` that KV holds.
///
/// # Errors
/// The reason why KV gave no answer, in words.
pub(crate) async fn present_of(event: &FetchEvent, keys: &[String]) -> Result<Vec<String>, String> {
    let present = present(&namespace(event)?, keys.to_vec()).await;
    let present: Array = present.map_err(|error| in_words(&error))?.unchecked_into();
    Ok(present.iter().filter_map(|key| key.as_string()).collect())
}

/// Puts what was `found` under `key`, unless it is there already: a read costs a tenth of a write.
pub(crate) async fn write_last_good(event: FetchEvent, key: String, found: Found) {
    let write = async || {
        let before = first_of(&event, std::slice::from_ref(&key)).await?;
        if before.is_some_and(|before| before.version() == found.version()) {
            return Ok(());
        }
        let written = namespace(&event)?.put(&key, &found.bytes()).await;
        written.map(drop).map_err(|error| in_words(&error))
    };
    if write().await.is_err() {
        let _ = wait(RETRY_AFTER).await;
        if let Err(error) = write().await {
            log::last_good_write_failed(&key, &error);
        }
    }
}

fn namespace(event: &FetchEvent) -> Result<Namespace, String> {
    let namespace = binding(&event.env(), BINDING).map(JsCast::unchecked_into);
    namespace.ok_or_else(|| format!("no KV namespace is bound as {BINDING}"))
}
