//! Servers that end when a client connects to a namespace.

use url::Url;

use super::evidence::{asked, with_body};
use crate::{
    doctor::{
        examination::Examination,
        finding::{Code, Finding, Severity},
        software::{SocketServer, socket_server},
        step::Step,
    },
    network::FailureKind,
};

/// True if both URLs lead to one port.
fn is_of(one: &str, other: &str) -> bool {
    let authority = |url: &str| Some(Url::parse(url).ok()?.authority().to_owned());
    authority(one) == authority(other)
}

/// The finding, where nothing listens any more once the packet was sent that connects to the namespace.
pub(super) fn finding(examination: &Examination) -> Option<Finding> {
    let opened = examination.spoken_poll().filter(|poll| poll.opened().is_some())?;
    let mut after = examination.exchanges.iter().skip_while(|exchange| exchange.step != Step::Post);
    let post = after.next().filter(|post| post.method == "POST")?;
    let gone = after.find(|exchange| {
        exchange.failure() == Some(FailureKind::Refused) && is_of(&exchange.url, &post.url)
    })?;
    let mut lines = asked(gone);
    lines.push("Nothing listens at the port any more.".to_owned());
    Some(
        Finding::new(
            Code::ServerError,
            Severity::Error,
            "the server ends as soon as a client connects: it opened a session, and then nothing listens there",
        )
        .seen(opened, with_body(opened))
        .seen(post, asked(post))
        .seen(gone, lines)
        .why([
            "This is not about CORS. Something starts the server again or not, and each client that connects ends it \
             once more.",
        ])
        .fix(match socket_server(examination) {
            SocketServer::Python => vec![
                "Its log has the reason: an exception, or no more memory. Mostly the `connect` handler is the place."
                    .to_owned(),
            ],
            _ => vec![
                "Its log has the exception. Mostly it is thrown in io.on(\"connection\") or a middleware, where a \
                 handler that is async ends the whole process. What a client did not send is undefined there:"
                    .to_owned(),
                "  const token = socket.handshake.auth?.token;".to_owned(),
                "  if (!token) return socket.disconnect(true);".to_owned(),
            ],
        }),
    )
}
