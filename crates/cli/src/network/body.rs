//! The bytes of a body, as text.

use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::MAX_BODY_LEN;

/// A body as text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Unpacked {
    pub(super) text: String,
    /// How it was compressed where no header says so: browsers do not unpack that.
    pub(super) undeclared_coding: Option<&'static str>,
    /// How it is compressed, as a header says, where only browsers unpack that. There is no text then.
    pub(super) unread_coding: Option<String>,
}

/// The text of `bytes`, unpacked as `Content-Encoding` says (RFC 9110, 8.4: in the order in which the codings
/// were applied). A body that is not what the header says stays as it is.
pub(super) fn text(mut bytes: Vec<u8>, content_encoding: Option<&str>) -> Unpacked {
    let codings = content_encoding.unwrap_or_default().to_ascii_lowercase();
    for coding in codings.split(',').map(str::trim).rev() {
        let unpacked = match coding {
            "gzip" | "x-gzip" => unpack(MultiGzDecoder::new(bytes.as_slice())),
            // Of zlib (RFC 1950) by the book, and of DEFLATE alone (RFC 1951) by some servers.
            "deflate" => unpack(ZlibDecoder::new(bytes.as_slice()))
                .or_else(|| unpack(DeflateDecoder::new(bytes.as_slice()))),
            "br" | "zstd" | "dcb" | "dcz" if !is_text(&bytes) => {
                return Unpacked { unread_coding: Some(coding.to_owned()), ..Unpacked::default() };
            }
            _ => None,
        };
        bytes = unpacked.unwrap_or(bytes);
    }
    let (undeclared_coding, unpacked) = if bytes.starts_with(&[0x1f, 0x8b]) {
        (Some("gzip"), unpack(MultiGzDecoder::new(bytes.as_slice())))
    } else if is_zlib(&bytes) {
        (Some("deflate"), unpack(ZlibDecoder::new(bytes.as_slice())))
    } else {
        (None, None)
    };
    let undeclared_coding = undeclared_coding.filter(|_| unpacked.is_some());
    let bytes = unpacked.unwrap_or(bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Unpacked { text, undeclared_coding, unread_coding: None }
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

/// The unpacked bytes, no more than are read of a body; `None` if there are none.
fn unpack(packed: impl Read) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    // If the body is cut off, its start is kept.
    let _ = packed.take(MAX_BODY_LEN as u64).read_to_end(&mut bytes);
    (!bytes.is_empty()).then_some(bytes)
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
        for (bytes, header, undeclared_coding) in [
            (b"0{}".to_vec(), None, None),
            (gzip(b"0{}"), Some("gzip"), None),
            (gzip(b"0{}"), Some(" GZIP"), None),
            (zlib(b"0{}"), Some("deflate"), None),
            (deflate(b"0{}"), Some("deflate"), None),
            (twice.clone(), Some("gzip, gzip"), None),
            (zlib(&gzip(b"0{}")), Some("gzip, deflate"), None),
            (twice, Some("gzip"), Some("gzip")),
            (gzip(b"0{}"), None, Some("gzip")),
            (zlib(b"0{}"), None, Some("deflate")),
            (b"0{}".to_vec(), Some("gzip"), None),
            (b"0{}".to_vec(), Some("br"), None),
        ] {
            let expected =
                Unpacked { text: "0{}".to_owned(), undeclared_coding, unread_coding: None };
            assert_eq!(text(bytes, header), expected, "{header:?}");
        }
    }

    #[test]
    fn a_coding_that_only_browsers_read_is_reported() {
        let unread = text(vec![0x0b, 0x01, 0x80, 0xff], Some("br"));
        assert_eq!(unread.unread_coding.as_deref(), Some("br"));
        assert_eq!(unread.text, "");
    }

    #[test]
    fn a_gzip_bomb_is_decompressed_only_up_to_the_limit() {
        let bomb = gzip(&vec![b'a'; 1 << 20]);
        assert_eq!(text(bomb, Some("gzip")).text.len(), 64 << 10);
    }
}
