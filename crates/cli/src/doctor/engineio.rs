//! Engine.IO's packets, as far as an examination goes.
//!
//! Source: the Engine.IO protocol, versions 3 and 4, "Payload encoding" and "Handshake".

use serde_json::Value;

/// A version of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    /// The version of Socket.IO 2.
    V3,
    /// The version of Socket.IO 3 and 4.
    V4,
}

/// The packet with which a server opens a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Open {
    pub(super) protocol: Protocol,
    pub(super) sid: String,
    /// The transports that a session may be upgraded to.
    pub(super) upgrades: Vec<String>,
    /// In milliseconds.
    pub(super) ping_interval: Option<u64>,
    pub(super) author: Option<Author>,
}

/// A server that writes its open packet in a way of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Author {
    /// python-engineio, which writes `pingTimeout` before `pingInterval` (its `base_server.py`), and has
    /// errors of its own.
    Python,
    /// netty-socketio, whose sessions are named by UUIDs.
    Netty,
    /// engineioxide of Rust's socketioxide, whose sessions have ids of 16 characters (Node's: 20), and whose
    /// errors have codes in quotes.
    Oxide,
    /// github.com/zishang520/socket.io, which sorts the fields by their names.
    Zishang,
    /// walkor/phpsocket.io, whose refusals have neither a code nor a message.
    Php,
    /// github.com/googollee/go-socket.io, whose session ids are consecutive numbers.
    Googollee,
}

/// The answer of a server to a bad request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EngineError {
    pub(super) code: u64,
    pub(super) message: String,
    pub(super) author: Option<Author>,
}

impl EngineError {
    pub(super) fn is_python(&self) -> bool {
        self.author == Some(Author::Python)
    }
}

/// What parts the packets of a payload of version 4.
pub(super) const SEPARATOR: char = '\u{1e}';

/// Codes of an [`EngineError`].
pub(super) const UNKNOWN_TRANSPORT: u64 = 0;
pub(super) const UNKNOWN_SESSION: u64 = 1;
pub(super) const BAD_METHOD: u64 = 2;
pub(super) const BAD_REQUEST: u64 = 3;
pub(super) const FORBIDDEN: u64 = 4;
pub(super) const UNSUPPORTED_PROTOCOL: u64 = 5;

impl Protocol {
    /// As in `EIO=4`.
    pub(super) fn number(self) -> u8 {
        match self {
            Self::V3 => 3,
            Self::V4 => 4,
        }
    }

    /// The payload of a POST that carries `packet`, of ASCII.
    pub(super) fn payload(self, packet: &str) -> String {
        match self {
            Self::V3 => format!("{}:{packet}", packet.len()),
            Self::V4 => packet.to_owned(),
        }
    }

    /// A packet that changes nothing in a session: a ping that asks for a pong, or
    /// the pong itself where it is the server that pings.
    pub(super) fn heartbeat(self) -> &'static str {
        match self {
            Self::V3 => "2",
            Self::V4 => "3",
        }
    }
}

/// The open packet that `payload` begins with.
pub(super) fn open(payload: &str) -> Option<Open> {
    let (protocol, packet) = first_packet(payload)?;
    let packet = packet.strip_prefix('0')?;
    let handshake: Value = serde_json::from_str(packet).ok()?;
    let sid = handshake.get("sid")?.as_str()?;
    let upgrades = handshake.get("upgrades").and_then(Value::as_array);
    let upgrades = upgrades.into_iter().flatten().filter_map(Value::as_str);
    Some(Open {
        protocol,
        sid: sid.to_owned(),
        upgrades: upgrades.map(str::to_owned).collect(),
        ping_interval: handshake.get("pingInterval").and_then(Value::as_u64),
        author: author(protocol, packet, sid),
    })
}

fn author(protocol: Protocol, packet: &str, sid: &str) -> Option<Author> {
    let parts: Vec<_> = sid.split('-').map(str::len).collect();
    if parts == [8, 4, 4, 4, 12] {
        return Some(Author::Netty);
    }
    let (before, _) = packet.split_once("\"pingInterval\"")?;
    let is_number = sid.bytes().all(|byte| byte.is_ascii_digit());
    if before.contains("\"pingTimeout\"") {
        Some(Author::Python)
    } else if before.starts_with("{\"maxPayload\"") {
        Some(Author::Zishang)
    } else if sid.len() == 16 {
        Some(Author::Oxide)
    } else if is_number && protocol == Protocol::V3 {
        Some(Author::Googollee)
    } else {
        None
    }
}

/// The first packet of a payload, and the version whose framing that is.
fn first_packet(payload: &str) -> Option<(Protocol, &str)> {
    match first_framed(payload) {
        Some(packet) => Some((Protocol::V3, packet)),
        // Version 4 parts packets by a record separator; a WebSocket's messages stand on
        // lines of their own.
        None => payload.split([SEPARATOR, '\n']).next().map(|packet| (Protocol::V4, packet)),
    }
}

/// The first packet of a payload of version 3: `96:0{…}2:40`, lengths in characters. Of
/// the binary framing, whose digits are bytes, it is what is left as text.
fn first_framed(payload: &str) -> Option<&str> {
    let (length, packets) = match payload.strip_prefix('\0') {
        Some(binary) => binary.split_once(char::REPLACEMENT_CHARACTER)?,
        None => payload.split_once(':')?,
    };
    if length.is_empty() {
        return None;
    }
    let length = length.chars().try_fold(0_usize, |length, char| {
        let digit = char.to_digit(10).unwrap_or(u32::from(char));
        let digit = usize::try_from(digit).ok().filter(|digit| *digit < 10)?;
        length.checked_mul(10)?.checked_add(digit)
    })?;
    let end = packets.char_indices().nth(length).map_or(packets.len(), |(at, _)| at);
    packets.get(..end)
}

/// The error that `body` is.
pub(super) fn error(body: &str) -> Option<EngineError> {
    let error: Value = serde_json::from_str(body).ok()?;
    if let Some(message) = error.as_str() {
        let code = python_code(message)?;
        let author = Some(Author::Python);
        return Some(EngineError { code, message: message.to_owned(), author });
    }
    if error.get("code") == Some(&Value::Null) && error.get("message") == Some(&Value::Null) {
        let message = "Forbidden".to_owned();
        return Some(EngineError { code: FORBIDDEN, message, author: Some(Author::Php) });
    }
    let (code, author) = match error.get("code")? {
        Value::String(code) => (code.parse().ok()?, Some(Author::Oxide)),
        code => (code.as_u64()?, None),
    };
    let message = error.get("message")?.as_str()?.to_owned();
    (code <= UNSUPPORTED_PROTOCOL).then_some(EngineError { code, message, author })
}

/// The code that Node's Engine.IO has for an error of python-engineio (its server.py,
/// `handle_request`).
fn python_code(message: &str) -> Option<u64> {
    let codes = [
        ("ot an accepted origin", FORBIDDEN),
        ("unsupported version of the Socket.IO", UNSUPPORTED_PROTOCOL),
        ("Invalid transport", UNKNOWN_TRANSPORT),
        ("Invalid session", UNKNOWN_SESSION),
        ("Invalid websocket upgrade", BAD_REQUEST),
    ];
    codes.into_iter().find(|(part, _)| message.contains(part)).map(|(_, code)| code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_open_packet_of_each_version() {
        let json =
            r#"{"sid":"a","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":5000}"#;
        let packet = format!("0{json}");
        let length = packet.len().to_string();
        let bytes: String = length.bytes().map(|digit| char::from(digit - b'0')).collect();
        for (payload, protocol) in [
            (packet.clone(), Protocol::V4),
            (format!("{packet}\u{1e}40"), Protocol::V4),
            (format!("{packet}\n3probe"), Protocol::V4),
            (format!("{length}:{packet}2:40"), Protocol::V3),
            (format!("\0{bytes}\u{fffd}{packet}"), Protocol::V3),
        ] {
            let open = open(&payload).unwrap();
            assert_eq!((open.protocol, open.sid.as_str()), (protocol, "a"), "{payload:?}");
            assert_eq!(open.upgrades, ["websocket"]);
            assert_eq!(open.ping_interval, Some(25000));
        }
    }

    #[test]
    fn some_servers_are_recognised_by_their_open_packet() {
        for (packet, author) in [
            (r#"0{"sid":"a","upgrades":[],"pingInterval":25000,"pingTimeout":20000}"#, None),
            (r#"0{"sid":"a"}"#, None),
            (
                r#"0{"sid":"a","upgrades":[],"pingTimeout":20000,"pingInterval":25000}"#,
                Some(Author::Python),
            ),
            (
                r#"0{"sid":"2a6c9d3e-1111-4222-8333-444455556666","upgrades":[],"pingInterval":25000}"#,
                Some(Author::Netty),
            ),
            (
                r#"0{"sid":"AAAAAAAAAAAAAAHs","upgrades":["websocket"],"pingInterval":25000}"#,
                Some(Author::Oxide),
            ),
            (
                r#"0{"maxPayload":1000000,"pingInterval":25000,"pingTimeout":20000,"sid":"a"}"#,
                Some(Author::Zishang),
            ),
            (
                r#"58:0{"sid":"1","upgrades":["websocket"],"pingInterval":20000}"#,
                Some(Author::Googollee),
            ),
        ] {
            assert_eq!(open(packet).unwrap().author, author, "{packet}");
        }
    }

    #[test]
    fn a_text_that_is_not_an_open_packet_is_rejected() {
        for payload in [
            "",
            "0",
            "0{}",
            "ok",
            "40",
            "<html>",
            "99999999999999999999999:0{",
            "2:40",
            "\0",
            "\0\u{9}",
            "{\"sid\":\"a\"}",
        ] {
            assert_eq!(open(payload), None, "{payload:?}");
        }
    }

    #[test]
    fn the_error_code_is_read_for_each_server_implementation() {
        for (body, expected) in [
            (r#"{"code":1,"message":"Session ID unknown"}"#, Some((1, None))),
            (r#"{"code":"1","message":"Session ID unknown"}"#, Some((1, Some(Author::Oxide)))),
            (r#"{"code":null,"message":null}"#, Some((4, Some(Author::Php)))),
            (r#"{"code":7,"message":"odd"}"#, None),
            (r#"{"code":"odd","message":"odd"}"#, None),
            (r#""Not an accepted origin.""#, Some((4, Some(Author::Python)))),
            (r#""https://a.example is not an accepted origin.""#, Some((4, Some(Author::Python)))),
            (r#""Invalid session abc""#, Some((1, Some(Author::Python)))),
            (r#""Invalid transport""#, Some((0, Some(Author::Python)))),
            (r#""something else""#, None),
            ("Invalid transport", None),
        ] {
            let found = error(body).map(|error| (error.code, error.author));
            assert_eq!(found, expected, "{body}");
        }
    }

    #[test]
    fn a_packet_is_framed_as_its_protocol_version_requires() {
        assert_eq!(Protocol::V3.payload("2"), "1:2");
        assert_eq!(Protocol::V4.payload("40"), "40");
    }
}
