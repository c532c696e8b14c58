//! The bytes of a body, as text.

use std::io::{ErrorKind, Read};

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::MAX_BODY_LEN;

/// A body as text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Unpacked {
    pub(super) text: String,
    pub(super) coding: BodyCoding,
}

/// The relation of a body to its `Content-Encoding`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum BodyCoding {
    #[default]
    AsDeclared,
    /// Compressed so, and no header says it: browsers do not unpack that.
    Undeclared(&'static str),
    /// Compressed as a header says, and only browsers unpack that. There is no text then.
    Unread(String),
    /// Not compressed in the way that a header says. Browsers give a page nothing of it.
    Untrue(String),
    /// Compressed as a header says, and its end is missing.
    CutShort(String),
}

/// The text of `bytes`, unpacked as `Content-Encoding` says (RFC 9110, 8.4: in the order in which the codings
/// were applied). A body that is not what the header says stays as it is.
pub(super) fn text(mut bytes: Vec<u8>, content_encoding: Option<&str>) -> Unpacked {
    let codings = content_encoding.unwrap_or_default().to_ascii_lowercase();
    let mut fault = BodyCoding::AsDeclared;
    for coding in codings.split(',').map(str::trim).rev() {
        let untrue = || BodyCoding::Untrue(coding.to_owned());
        let unpacked = match coding {
            _ if bytes.is_empty() => None,
            "gzip" | "x-gzip" => {
                let unpacked = unpack(MultiGzDecoder::new(bytes.as_slice()));
                let is_cut = unpacked.is_none() && bytes.starts_with(GZIP);
                if unpacked.is_none() {
                    fault = untrue();
                }
                unpacked.or_else(|| is_cut.then(|| (Vec::new(), false)))
            }
            // Of zlib (RFC 1950) by the book, and of DEFLATE alone (RFC 1951) by some servers.
            "deflate" => {
                let unpacked = unpack(ZlibDecoder::new(bytes.as_slice()))
                    .or_else(|| unpack(DeflateDecoder::new(bytes.as_slice())));
                if unpacked.is_none() {
                    fault = untrue();
                }
                unpacked
            }
            "br" | "zstd" if is_plain(&bytes) => {
                fault = untrue();
                None
            }
            "br" | "zstd" | "dcb" | "dcz" if !is_text(&bytes) => {
                let coding = BodyCoding::Unread(coding.to_owned());
                return Unpacked { coding, ..Unpacked::default() };
            }
            _ => None,
        };
        if let Some((unpacked, is_whole)) = unpacked {
            bytes = unpacked;
            if !is_whole {
                fault = BodyCoding::CutShort(coding.to_owned());
            }
        }
    }
    let (undeclared, unpacked) = if bytes.starts_with(GZIP) {
        ("gzip", unpack(MultiGzDecoder::new(bytes.as_slice())))
    } else if is_zlib(&bytes) {
        ("deflate", unpack(ZlibDecoder::new(bytes.as_slice())))
    } else {
        ("", None)
    };
    let coding = match &unpacked {
        Some(_) if fault == BodyCoding::AsDeclared => BodyCoding::Undeclared(undeclared),
        _ => fault,
    };
    let bytes = unpacked.map_or(bytes, |(unpacked, _)| unpacked);
    Unpacked { text: without_mark(String::from_utf8_lossy(&bytes).into_owned()), coding }
}

/// The text as a page gets it: without a byte order mark (Encoding Standard, "UTF-8 decode").
pub(crate) fn without_mark(text: String) -> String {
    text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)
}

/// The first bytes of gzip (RFC 1952, 2.3.1).
const GZIP: &[u8] = &[0x1f, 0x8b];

/// True if they are text such as Engine.IO's, of which no compression makes as much.
fn is_plain(bytes: &[u8]) -> bool {
    let is_plain =
        |byte: &u8| byte.is_ascii_graphic() || matches!(byte, b' ' | b'\n' | b'\r' | 0x1e);
    bytes.iter().all(is_plain)
}

fn is_text(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok()
}

/// True if they begin as zlib's do (RFC 1950, 2.2), which text does not.
fn is_zlib(bytes: &[u8]) -> bool {
    match bytes {
        [0x78, flags, ..] => !is_text(bytes) && (0x7800 | u16::from(*flags)).is_multiple_of(31),
        _ => false,
    }
}

/// The unpacked bytes, no more than are read of a body, and whether their end is there; `None` if there are
/// none.
fn unpack(packed: impl Read) -> Option<(Vec<u8>, bool)> {
    let mut bytes = Vec::new();
    // If the body is cut off, its start is kept.
    let read = packed.take(MAX_BODY_LEN as u64).read_to_end(&mut bytes);
    let is_cut = read.is_err_and(|error| error.kind() == ErrorKind::UnexpectedEof);
    (!bytes.is_empty()).then_some((bytes, !is_cut))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{
        Compression,
        write::{DeflateEncoder, GzEncoder, ZlibEncoder},
    };

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn deflate(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_body_is_decompressed_as_in_browsers_and_undeclared_codings_are_reported() {
        let twice = gzip(&gzip(b"0{}"));
        let right = BodyCoding::AsDeclared;
        let undeclared = BodyCoding::Undeclared;
        let untrue = |coding: &str| BodyCoding::Untrue(coding.to_owned());
        for (bytes, header, coding) in [
            (b"0{}".to_vec(), None, right.clone()),
            (b"\xef\xbb\xbf0{}".to_vec(), None, right.clone()),
            (gzip(b"0{}"), Some("gzip"), right.clone()),
            (gzip(b"0{}"), Some(" GZIP"), right.clone()),
            (gzip(b"0{}"), Some("x-gzip"), right.clone()),
            (zlib(b"0{}"), Some("deflate"), right.clone()),
            (deflate(b"0{}"), Some("deflate"), right.clone()),
            (twice.clone(), Some("gzip, gzip"), right.clone()),
            (zlib(&gzip(b"0{}")), Some("gzip, deflate"), right.clone()),
            (twice, Some("gzip"), undeclared("gzip")),
            (gzip(b"0{}"), None, undeclared("gzip")),
            (zlib(b"0{}"), None, undeclared("deflate")),
            (b"0{}".to_vec(), Some("utf-8"), right),
            (b"0{}".to_vec(), Some("gzip"), untrue("gzip")),
            (b"0{}".to_vec(), Some("x-gzip"), untrue("x-gzip")),
            (zlib(b"0{}"), Some("gzip"), untrue("gzip")),
            (gzip(b"0{}"), Some("gzip, deflate"), untrue("deflate")),
            (b"0{}".to_vec(), Some("deflate"), untrue("deflate")),
            (b"0{}".to_vec(), Some("br"), untrue("br")),
            (b"0{}".to_vec(), Some("zstd"), untrue("zstd")),
        ] {
            let expected = Unpacked { text: "0{}".to_owned(), coding };
            assert_eq!(text(bytes, header), expected, "{header:?}");
        }
        assert_eq!(text(Vec::new(), Some("gzip")), Unpacked::default());
    }

    #[test]
    fn a_body_whose_end_is_missing_is_decompressed_as_far_as_it_goes() {
        let body = br#"0{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":["websocket"]}"#;
        for (whole, coding) in [(gzip(body), "gzip"), (zlib(body), "deflate")] {
            let cut = text(whole.get(..40).unwrap().to_vec(), Some(coding));
            assert!(cut.text.starts_with("0{\"sid\":"), "{cut:?}");
            assert_eq!(cut.coding, BodyCoding::CutShort(coding.to_owned()));
        }
        let head = text(gzip(body).get(..10).unwrap().to_vec(), Some("gzip"));
        let coding = BodyCoding::CutShort("gzip".to_owned());
        assert_eq!(head, Unpacked { text: String::new(), coding });
    }

    #[test]
    fn a_coding_that_only_browsers_read_is_reported() {
        let unread = text(vec![0x0b, 0x01, 0x80, 0xff], Some("br"));
        assert_eq!(unread.coding, BodyCoding::Unread("br".to_owned()));
        assert_eq!(unread.text, "");
    }

    #[test]
    fn a_gzip_bomb_is_decompressed_only_up_to_the_limit() {
        let bomb = gzip(&vec![b'a'; 1 << 20]);
        assert_eq!(text(bomb, Some("gzip")).text.len(), 64 << 10);
    }
}
