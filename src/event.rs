//! A request, as JavaScript hands it over.

use std::pin::Pin;

use socketio_cors_core::{
    cache::{
        tenants::Source,
        waiting::{Times, pause},
    },
    request::{RequestHead, Url},
};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::future_to_promise;
use web_sys::js_sys::{Date, Promise};
use worker::{Context, Env, worker_sys::Context as JsContext};

#[wasm_bindgen]
extern "C" {
    /// A request with its bindings and its execution context, as `js/entry.js` makes it.
    #[derive(Clone)]
    pub type FetchEvent;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn env(this: &FetchEvent) -> Env;
    #[wasm_bindgen(method, getter)]
    fn ctx(this: &FetchEvent) -> JsContext;
    /// The value of a header that an answer repeats, in place of what the request has.
    #[wasm_bindgen(method, setter, js_name = requestedHeaders)]
    pub(crate) fn set_requested_headers(this: &FetchEvent, names: &str);
    #[wasm_bindgen(method, setter)]
    pub(crate) fn set_explanation(this: &FetchEvent, explanation: &str);
}

#[wasm_bindgen(module = "js/entry.js")]
extern "C" {
    fn header(event: &FetchEvent, name: &str) -> Option<String>;
    #[wasm_bindgen(js_name = requestedMethod)]
    fn requested_method(event: &FetchEvent) -> Option<String>;
    /// An answer that repeats them has them from the event.
    #[wasm_bindgen(js_name = requestedHeaders)]
    fn requested_headers(event: &FetchEvent) -> Option<String>;
    #[wasm_bindgen(js_name = serveAgain)]
    fn serve_again(
        event: &FetchEvent,
        arrived_at: f64,
        pause: f64,
        reading: Option<&Promise>,
        is_answered: bool,
    ) -> JsValue;
}

impl FetchEvent {
    /// Runs `future` behind the request. Returns a promise that it has ended, which stays pending
    /// if a panic ends this instance of Wasm before: nothing may wait for it without a limit.
    pub(crate) fn wait_until(&self, future: impl Future<Output = ()> + 'static) -> Promise {
        // In a box: for each type of future, the Wasm would have a copy of the code that runs it.
        let future: Pin<Box<dyn Future<Output = ()>>> = Box::pin(future);
        let promise = future_to_promise(async {
            future.await;
            Ok(JsValue::UNDEFINED)
        });
        self.keep_alive(&promise);
        promise
    }

    /// Keeps the request's I/O alive until `promise` settles.
    pub(crate) fn keep_alive(&self, promise: &Promise) {
        // It throws if the request is over; then there is nothing to keep alive.
        let _ = Context::new(self.ctx()).as_ref().wait_until(promise);
    }

    /// The source of the request, by the address that Cloudflare saw it come from.
    pub(crate) fn source(&self) -> Source {
        Source::of(self.header("cf-connecting-ip").as_deref())
    }

    /// A header of the request. Each costs more than a decision.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        header(self, name)
    }
}

/// The read of KV that a better decision waits for.
pub(crate) enum Reading {
    /// The request's own: a promise that it has ended.
    Own(Promise),
    /// Another request's, which this one may not await.
    Others,
}

/// A request at some time.
pub(crate) struct Incoming {
    pub(crate) event: FetchEvent,
    pub(crate) times: Times,
    /// It has been forwarded already, and its decision is still to be recorded.
    pub(crate) is_answered: bool,
    head: OwnedHead,
}

/// [`RequestHead`] with texts of its own.
#[derive(Default)]
pub(crate) struct OwnedHead {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) origin: Option<String>,
    pub(crate) requested_method: Option<String>,
    pub(crate) requested_headers: Option<String>,
    pub(crate) fetch_site: Option<String>,
    pub(crate) fetch_mode: Option<String>,
    pub(crate) fetch_dest: Option<String>,
    pub(crate) upgrade: Option<String>,
}

impl Incoming {
    /// A request that came at `arrived_at`, in milliseconds, or just now. What preflights ask for and
    /// its Fetch Metadata are read if the decision may depend on them.
    pub(crate) fn new(
        event: &FetchEvent,
        head: OwnedHead,
        arrived_at: Option<f64>,
        is_answered: bool,
    ) -> Self {
        let now = now();
        let times = Times { now, arrived_at: arrived_at.unwrap_or(now) };
        let mut incoming = Self { event: event.clone(), times, is_answered, head };
        if incoming.head().may_be_preflight() {
            incoming.head.requested_method = requested_method(event);
            incoming.head.requested_headers = requested_headers(event);
        }
        if incoming.head().reads_fetch_metadata() {
            incoming.read_fetch_metadata();
        }
        incoming
    }

    #[inline(never)] // V8 compiles a function as a whole, when it is first called.
    fn read_fetch_metadata(&mut self) {
        let Self { event, head, .. } = self;
        head.fetch_site = event.header("sec-fetch-site");
        head.fetch_mode = event.header("sec-fetch-mode");
        head.fetch_dest = event.header("sec-fetch-dest");
    }

    pub(crate) fn head(&self) -> RequestHead<'_> {
        let head = &self.head;
        RequestHead {
            method: &head.method,
            url: Url::split(&head.url),
            origin: head.origin.as_deref(),
            requested_method: head.requested_method.as_deref(),
            requested_headers: head.requested_headers.as_deref(),
            fetch_site: head.fetch_site.as_deref(),
            fetch_mode: head.fetch_mode.as_deref(),
            fetch_dest: head.fetch_dest.as_deref(),
            upgrade: head.upgrade.as_deref(),
        }
    }

    /// Serves the request once more, when its own `reading` of KV has ended, or else in a while.
    /// Returns a promise of the `Response`; of nothing where the request is answered already.
    pub(crate) fn serve_again(&self, reading: &Reading, is_answered: bool) -> JsValue {
        let reading = match reading {
            Reading::Own(promise) => Some(promise),
            Reading::Others => None,
        };
        let pause = pause(self.times, reading.is_some());
        serve_again(&self.event, self.times.arrived_at, pause, reading, is_answered)
    }
}

/// The time, in milliseconds. In an isolate it advances only with I/O.
pub(crate) fn now() -> f64 {
    Date::now()
}
