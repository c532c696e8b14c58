//! The ways in which servers read a path, as rows of small steps. It shares no code with the Worker.

use Step::*;

/// Something that a server does to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Decodes `%XX`.
    Decode,
    /// Decodes all but slashes (Apache's `AllowEncodedSlashes NoDecode`).
    DecodeButSlashes,
    /// Decodes slashes and backslashes alone (Envoy's `UNESCAPE_AND_FORWARD`).
    DecodeSlashes,
    /// Decodes what need not be encoded (RFC 3986, 6.2.2.2).
    DecodeUnreserved,
    /// Takes `\` for `/`.
    Backslashes,
    /// Makes one slash of several.
    MergeSlashes,
    /// Resolves `.` and `..`, where an empty segment is one (RFC 3986, 5.2.4).
    Dots,
    /// The same, with `%2e` for a dot as in WHATWG's URL.
    EncodedDots,
    /// Cleans as POSIX, Go's `path.Clean` and nginx do: slashes merged, dots resolved.
    Clean,
    /// Drops what is between a `;` and the next slash.
    Parameters,
    /// Takes the first segment for a host where two slashes begin the path.
    Host,
    /// Ends at a `?` or `#`.
    CutQuery,
    /// Ends at a NUL.
    CutNul,
    /// Drops control characters.
    DropControls,
    /// Drops dots and spaces at the end of names, as Windows does.
    TrimNames,
    /// Tells no cases apart.
    IgnoreCase,
}

impl Step {
    pub(crate) const ALL: &[Self] = &[
        Decode,
        Decode,
        DecodeButSlashes,
        DecodeSlashes,
        DecodeUnreserved,
        Backslashes,
        MergeSlashes,
        Dots,
        EncodedDots,
        Clean,
        Parameters,
        Host,
        CutQuery,
        CutNul,
        DropControls,
        TrimNames,
        IgnoreCase,
    ];

    fn take(self, path: &[u8]) -> Vec<u8> {
        match self {
            Decode => decode(path, |_| true),
            DecodeButSlashes => decode(path, |byte| byte != b'/'),
            DecodeSlashes => decode(path, |byte| matches!(byte, b'/' | b'\\')),
            DecodeUnreserved => decode(path, |byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
            }),
            Backslashes => each(path, |byte| if byte == b'\\' { b'/' } else { byte }),
            MergeSlashes => merge_slashes(path),
            Dots => resolve(path, &[b"."], &[b".."]),
            EncodedDots => resolve_encoded(path),
            Clean => resolve(&merge_slashes(path), &[b"."], &[b".."]),
            Parameters => drop_parameters(path),
            Host => match path.strip_prefix(b"//") {
                Some(rest) => from_first(rest, b'/').unwrap_or(b"/").to_vec(),
                None => path.to_vec(),
            },
            CutQuery => cut(path, b"?#"),
            CutNul => cut(path, &[0]),
            DropControls => path.iter().copied().filter(|byte| !byte.is_ascii_control()).collect(),
            TrimNames => trim_names(path),
            IgnoreCase => each(path, |byte| byte.to_ascii_lowercase()),
        }
    }
}

/// The path as a server reads it that takes these steps.
pub(crate) fn served(path: &str, steps: &[Step]) -> String {
    let served = steps.iter().fold(path.as_bytes().to_vec(), |path, step| step.take(&path));
    String::from_utf8_lossy(&served).into_owned()
}

/// Servers, proxies with what is behind them, and libraries.
pub(crate) const SERVERS: &[(&str, &[Step])] = &[
    ("Engine.IO", &[]),
    ("nginx, location alone", &[Decode, Clean]),
    ("nginx, merge_slashes off", &[Decode, Dots]),
    ("nginx, location ~*", &[Decode, Clean, IgnoreCase]),
    ("nginx, proxy_pass with a URI, behind nginx", &[Decode, Clean, Decode, Clean]),
    ("three that decode", &[Decode, Clean, Decode, Clean, Decode, Clean]),
    ("Apache, AllowEncodedSlashes On", &[Decode, Clean]),
    ("Apache, AllowEncodedSlashes NoDecode", &[DecodeButSlashes, Clean]),
    ("Apache, MergeSlashes Off", &[DecodeUnreserved, Dots, Decode]),
    ("HAProxy, all of normalize-uri", &[DecodeUnreserved, Dots, MergeSlashes]),
    ("HAProxy, path-strip-dotdot alone", &[Dots]),
    ("Caddy, path", &[Decode, Clean, IgnoreCase]),
    ("Go's ServeMux", &[Decode, Clean]),
    ("Envoy", &[DecodeSlashes, MergeSlashes, Dots, DecodeUnreserved]),
    ("WHATWG URL", &[Backslashes, EncodedDots]),
    ("WHATWG URL of a path for a base", &[Backslashes, Host, EncodedDots]),
    ("WHATWG URL, then decoded", &[Backslashes, EncodedDots, Decode]),
    ("Node's legacy url.parse", &[Backslashes, CutQuery]),
    ("Express with a router for every case", &[IgnoreCase]),
    ("Express with decoded paths", &[Decode, IgnoreCase, Clean]),
    ("Tomcat", &[Parameters, Decode, MergeSlashes, Dots]),
    ("Tomcat, ALLOW_BACKSLASH", &[Parameters, Decode, Backslashes, MergeSlashes, Dots]),
    ("Jetty", &[Parameters, Dots, Decode, MergeSlashes]),
    ("Jetty 9", &[Decode, Parameters, Clean]),
    ("Spring behind a proxy that cleans", &[Decode, Clean, Parameters, Clean]),
    ("IIS", &[Decode, Backslashes, Clean, IgnoreCase]),
    ("IIS, allowDoubleEscaping", &[Decode, Decode, Backslashes, Clean, TrimNames, IgnoreCase]),
    ("Windows files", &[Decode, Backslashes, TrimNames, Clean, IgnoreCase]),
    ("WSGI, Rack", &[Decode]),
    ("Python's normpath", &[Decode, Clean]),
    ("a CGI in C", &[Decode, CutNul, Clean]),
    ("a proxy that decodes before it parses", &[Decode, CutQuery, Clean]),
    ("a proxy that parses what it decoded", &[Decode, DropControls, Backslashes, Host, Dots]),
];

fn each(path: &[u8], make: impl Fn(u8) -> u8) -> Vec<u8> {
    path.iter().map(|byte| make(*byte)).collect()
}

fn decode(path: &[u8], takes: impl Fn(u8) -> bool) -> Vec<u8> {
    let mut decoded = Vec::new();
    let mut at = 0;
    while at < path.len() {
        let digit = |offset: usize| (*path.get(at + offset)? as char).to_digit(16);
        let byte = match (path[at], digit(1), digit(2)) {
            (b'%', Some(high), Some(low)) => u8::try_from(high * 16 + low).ok(),
            _ => None,
        };
        if let Some(byte) = byte.filter(|byte| takes(*byte)) {
            decoded.push(byte);
            at += 3;
        } else {
            decoded.push(path[at]);
            at += 1;
        }
    }
    decoded
}

fn merge_slashes(path: &[u8]) -> Vec<u8> {
    let mut merged = path.to_vec();
    merged.dedup_by(|second, first| *second == b'/' && *first == b'/');
    merged
}

fn resolve(path: &[u8], here: &[&[u8]], up: &[&[u8]]) -> Vec<u8> {
    let Some(relative) = path.strip_prefix(b"/") else { return path.to_vec() };
    let mut kept: Vec<&[u8]> = Vec::new();
    let segments: Vec<_> = relative.split(|byte| *byte == b'/').collect();
    for (index, segment) in segments.iter().enumerate() {
        let is_last = index + 1 == segments.len();
        let is_step = here.contains(segment) || up.contains(segment);
        if up.contains(segment) {
            kept.pop();
        }
        if !is_step {
            kept.push(segment);
        } else if is_last {
            kept.push(b"");
        }
    }
    [b"/".as_slice(), &kept.join(&b'/')].concat()
}

fn resolve_encoded(path: &[u8]) -> Vec<u8> {
    let here: &[&[u8]] = &[b".", b"%2e", b"%2E"];
    let up: Vec<Vec<u8>> = here
        .iter()
        .flat_map(|first| here.iter().map(|second| [*first, *second].concat()))
        .collect();
    let up: Vec<_> = up.iter().map(Vec::as_slice).collect();
    resolve(path, here, &up)
}

fn drop_parameters(path: &[u8]) -> Vec<u8> {
    let mut is_parameter = false;
    let mut kept = path.to_vec();
    kept.retain(|byte| {
        is_parameter = *byte != b'/' && (is_parameter || *byte == b';');
        !is_parameter
    });
    kept
}

fn trim_names(path: &[u8]) -> Vec<u8> {
    let trimmed: Vec<_> = path
        .split(|byte| *byte == b'/')
        .map(|name| {
            let end = name.iter().rposition(|byte| !matches!(byte, b'.' | b' '));
            // Not the steps themselves.
            let is_step = matches!(name, b"." | b"..");
            if is_step { name } else { &name[..end.map_or(0, |end| end + 1)] }
        })
        .collect();
    trimmed.join(&b'/')
}

fn cut(path: &[u8], ends: &[u8]) -> Vec<u8> {
    path.iter().copied().take_while(|byte| !ends.contains(byte)).collect()
}

/// `text` from the first `byte` on.
fn from_first(text: &[u8], byte: u8) -> Option<&[u8]> {
    text.iter().position(|other| *other == byte).map(|at| &text[at..])
}
