//! Makes requests, and keeps what came of them.

mod connecting;
mod page;
mod sessions;
mod waiting;
mod websockets;

use std::time::Duration;

use url::Url;

pub(super) use crate::doctor::asker::Asker;
use crate::{
    doctor::{
        asker::Means, cookies::Jar, engineio::Protocol, examination::Examination,
        exchange::Exchange, step::Step, target::Target,
    },
    network::{self, Answer, Failure, FailureKind, Network, Request},
};
pub(super) use sessions::Session;
pub(super) use waiting::Waiting;

/// The timeout of an attempt that is unlikely to succeed.
const PATIENCE: Duration = Duration::from_secs(3);

/// Makes the requests of an examination.
pub(super) struct Prober<'p, N> {
    pub(super) examination: Examination,
    /// The server that is asked: the one before, or the one behind it.
    pub(super) base: Url,
    network: &'p N,
    progress: &'p mut dyn FnMut(usize, &Exchange),
    /// The timeout of each request.
    timeout: Duration,
    /// The number of requests so far. It makes each URL different for caches, as clients do.
    made: usize,
}

/// A request, and the time at which it was sent.
struct Question {
    step: Step,
    method: &'static str,
    url: String,
    origin: Option<String>,
    start: Duration,
}

impl<'p, N: Network> Prober<'p, N> {
    pub(super) fn new(
        target: Target,
        foreign: &'static str,
        network: &'p N,
        progress: &'p mut dyn FnMut(usize, &Exchange),
    ) -> Self {
        let (base, timeout) = (target.base.clone(), target.timeout);
        let examination = Examination::new(target, foreign);
        Self { examination, base, network, progress, timeout, made: 0 }
    }

    /// The last request and its answer.
    pub(super) fn last(&self) -> Option<&Exchange> {
        self.examination.exchanges.last()
    }

    /// Waits for each further answer for a short time alone.
    pub(super) fn hurry(&mut self) {
        self.timeout = self.timeout.min(PATIENCE);
    }

    /// The longest time of a step.
    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Takes an exchange for that of another step, as it turned out.
    pub(super) fn is_of(&mut self, number: usize, step: Step) {
        if let Some(exchange) = self.examination.exchanges.get_mut(number) {
            exchange.step = step;
        }
    }

    async fn send(
        &mut self,
        step: Step,
        method: &'static str,
        url: Url,
        asker: Asker<'_>,
        jar: &Jar,
        body: Option<String>,
    ) {
        let target = &self.examination.target;
        let means = match (step, method) {
            (Step::Close, _) => Means::Closing,
            (_, "OPTIONS") => Means::Preflight,
            (_, "POST") => Means::Post,
            _ => Means::Get,
        };
        let mut headers = asker.headers(target, means, jar);
        if body.is_some() {
            headers.push(("Content-Type".to_owned(), "text/plain;charset=UTF-8".to_owned()));
        }
        let origin = asker.origin(target, means).map(str::to_owned);
        let start = self.network.now();
        let (timeout, max_body_len) = (self.timeout, network::MAX_BODY_LEN);
        let request = Request { method, url: &url, headers, body, timeout, max_body_len };
        let (answer, error) = network::send(self.network, &request).await;
        self.note(Question { step, method, url: url.into(), origin, start }, answer, error);
    }

    fn note(&mut self, question: Question, answer: Option<Answer>, mut error: Option<Failure>) {
        if let Some(failure) = error.as_mut().filter(|it| it.kind == FailureKind::Late) {
            let seconds = self.timeout.as_secs();
            failure.text = format!("no answer came in time ({seconds} s)");
        }
        let Question { step, method, url, origin, start } = question;
        let took = self.network.now().saturating_sub(start);
        let exchange = Exchange { step, method, url, origin, answer, error, took };
        let number = self.examination.all(step).count().saturating_add(1);
        (self.progress)(number, &exchange);
        self.examination.exchanges.push(exchange);
    }

    fn url(
        &mut self,
        asker: Asker<'_>,
        path: &str,
        protocol: Protocol,
        transport: &str,
        sid: Option<&str>,
    ) -> Url {
        self.made = self.made.saturating_add(1);
        let of_client = format!("EIO={}&transport={transport}", protocol.number());
        let query = asker.query(&self.examination.target, &of_client);
        let mut url = Target::url(&self.base, path, &query);
        if transport == "polling" {
            url.query_pairs_mut().append_pair("t", &format!("doctor{}", self.made));
        }
        if let Some(sid) = sid {
            url.query_pairs_mut().append_pair("sid", sid);
        }
        url
    }

    /// The cookies that the browser has before it asks anything.
    fn first_jar(&self) -> Jar {
        Jar::holding(self.examination.target.page.cookie.as_deref())
    }
}
