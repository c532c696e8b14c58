//! Plain HTTP requests, each on a connection of its own.

use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use ureq_proto::{
    BodyMode,
    client::{
        Await100Result, Call, RecvResponseResult, SendRequestResult,
        state::{RecvBody, RecvResponse, SendBody, SendRequest},
    },
};

use super::{Answer, Failure, FailureKind, Headers, Network, Request, Stream, body};

/// The longest head of an answer that is read, in bytes.
const MAX_HEAD_LEN: usize = 64 << 10;
/// How much is written and unpacked at once, in bytes. A line of a request has to fit in.
const BUFFER_LEN: usize = 32 << 10;

/// Sends one request. No redirect is followed. There may be both an answer and a failure: the answer
/// broke off.
pub(crate) async fn send(
    network: &impl Network,
    request: &Request<'_>,
) -> (Option<Answer>, Option<Failure>) {
    let (head, body) = match ask(network, request).await {
        Ok(asked) => asked,
        Err(failure) => return (None, Some(failure)),
    };
    let Some(body) = body else { return (Some(whole(&head, Vec::new())), None) };
    let mut bytes = Vec::new();
    let failure = body.read(&mut bytes, request.max_body_len).await.err();
    (Some(whole(&head, bytes)), failure)
}

/// A body that is still to be read.
struct Body<S> {
    call: Call<RecvBody>,
    stream: S,
    /// Bytes that came and are not yet taken.
    input: Vec<u8>,
}

/// Sends a request, and reads the head of its answer.
async fn ask<N: Network>(
    network: &N,
    request: &Request<'_>,
) -> Result<(Response<()>, Option<Body<N::Stream>>), Failure> {
    let (call, mut stream) = write_head(network, request).await?;
    let body = request.body.as_deref().unwrap_or_default();
    let call = match call.proceed().map_err(no_answer)? {
        Some(SendRequestResult::RecvResponse(call)) => call,
        Some(SendRequestResult::SendBody(call)) => send_body(call, body, &mut stream).await?,
        // Only for `Expect`, which no page can set.
        Some(SendRequestResult::Await100(call)) => match call.proceed().map_err(no_answer)? {
            Await100Result::SendBody(call) => send_body(call, body, &mut stream).await?,
            Await100Result::RecvResponse(call) => call,
        },
        None => return Err(no_answer("the request is not complete")),
    };
    read_head(call, stream).await
}

/// Sends a request without a body, whose answer nobody reads: the stream tells when it comes.
///
/// # Errors
/// No connection comes about, or it breaks off.
pub(crate) async fn begin<N: Network>(
    network: &N,
    request: &Request<'_>,
) -> Result<N::Stream, Failure> {
    Ok(write_head(network, request).await?.1)
}

/// Connects, and sends a request up to its body.
async fn write_head<N: Network>(
    network: &N,
    request: &Request<'_>,
) -> Result<(Call<SendRequest>, N::Stream), Failure> {
    let call = call(request)?;
    let mut stream = network.connect(request.url, request.timeout).await?.stream;
    let mut call = call.proceed();
    let mut output = vec![0; BUFFER_LEN];
    while !call.can_proceed() {
        let len = call.write(&mut output).map_err(no_answer)?;
        stream.write(output.get(..len).unwrap_or_default()).await?;
    }
    Ok((call, stream))
}

fn call(request: &Request<'_>) -> Result<Call<ureq_proto::client::state::Prepare>, Failure> {
    let empty = http::Request::builder().method(request.method).uri(request.url.as_str());
    let built =
        request.headers.iter().fold(empty, |built, (name, value)| built.header(name, value));
    let mut call = Call::new(built.body(()).map_err(no_answer)?).map_err(no_answer)?;
    if let Some(body) = &request.body {
        call.header(header::CONTENT_LENGTH, HeaderValue::from(body.len())).map_err(no_answer)?;
    }
    Ok(call)
}

async fn send_body(
    mut call: Call<SendBody>,
    body: &str,
    stream: &mut impl Stream,
) -> Result<Call<RecvResponse>, Failure> {
    stream.write(body.as_bytes()).await?;
    call.consume_direct_write(body.len()).map_err(no_answer)?;
    call.proceed().ok_or_else(|| no_answer("the request is not complete"))
}

async fn read_head<S: Stream>(
    mut call: Call<RecvResponse>,
    mut stream: S,
) -> Result<(Response<()>, Option<Body<S>>), Failure> {
    let mut input = Vec::new();
    loop {
        let (len, head) = call.try_response(&input, false).map_err(no_answer)?;
        input.drain(..len.min(input.len()));
        if let Some(head) = head {
            let body = match call.proceed() {
                Some(RecvResponseResult::RecvBody(call)) => Some(Body { call, stream, input }),
                _ => None,
            };
            return Ok((head, body));
        }
        if len > 0 {
            continue;
        }
        if input.len() > MAX_HEAD_LEN {
            return Err(no_answer(format!("its head is longer than {MAX_HEAD_LEN} bytes")));
        }
        let more = stream.read().await?;
        if more.is_empty() {
            return Err(Failure::of_connection(FailureKind::Closed));
        }
        input.extend(more);
    }
}

impl<S: Stream> Body<S> {
    /// Reads as much of it as is kept into `bytes`.
    async fn read(mut self, bytes: &mut Vec<u8>, max_len: usize) -> Result<(), Failure> {
        let mut output = vec![0; BUFFER_LEN];
        let mut is_at_end = false;
        while !self.is_complete() {
            let (used, len) = self.call.read(&self.input, &mut output).map_err(|error| {
                Failure::new(FailureKind::Protocol, format!("protocol: {error}"))
            })?;
            self.input.drain(..used.min(self.input.len()));
            let left = max_len.saturating_sub(bytes.len());
            bytes.extend(output.get(..len.min(left)).unwrap_or_default());
            if bytes.len() >= max_len {
                return Ok(());
            }
            if used > 0 {
                continue;
            }
            if is_at_end {
                return self.ended();
            }
            match self.stream.read().await {
                Ok(more) => {
                    is_at_end = more.is_empty();
                    self.input.extend(more);
                }
                // A body without a length ends so.
                Err(failure)
                    if matches!(failure.kind, FailureKind::Closed | FailureKind::Reset) =>
                {
                    is_at_end = true;
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok(())
    }

    /// All of it has come, as its head or its chunks say.
    fn is_complete(&self) -> bool {
        self.call.body_mode() != BodyMode::CloseDelimited && self.call.can_proceed()
    }

    /// Nothing more comes. Some servers leave out what follows the last chunk.
    fn ended(&self) -> Result<(), Failure> {
        if self.call.can_proceed() || self.call.is_ended_chunked() {
            Ok(())
        } else {
            Err(Failure::of_connection(FailureKind::Closed))
        }
    }
}

fn no_answer(error: impl std::fmt::Display) -> Failure {
    Failure::new(FailureKind::Protocol, format!("what came is no answer: {error}"))
}

/// An answer of these parts.
pub(super) fn whole<B>(head: &Response<B>, bytes: Vec<u8>) -> Answer {
    answer(head.status(), head.headers(), bytes)
}

fn answer(status: StatusCode, headers: &HeaderMap, bytes: Vec<u8>) -> Answer {
    let coding = headers.get(header::CONTENT_ENCODING).and_then(|value| value.to_str().ok());
    let body::Unpacked { text, coding } = body::text(bytes, coding);
    Answer {
        status: status.as_u16(),
        headers: listed(headers),
        body: text,
        coding,
        is_body_kept: false,
    }
}

/// Names and values as text.
pub(super) fn listed(map: &HeaderMap) -> Headers {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    map.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}
