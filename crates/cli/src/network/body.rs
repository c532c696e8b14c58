//! The bytes of a body, as text.

use std::io::Read;

use flate2::read::{MultiGzDecoder, ZlibDecoder};

use super::MAX_BODY_LEN;

/// A body as text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) text: String,
    /// It was gzip, and no header said so: browsers do not unpack that.
    pub(super) is_undeclared_gzip: bool,
}

/// The text of `bytes`, unpacked as `Content-Encoding` says. What cannot be unpacked stays as it
/// is.
pub(super) fn text(bytes: Vec<u8>, content_encoding: Option<&str>) -> Text {
    let is_gzip = bytes.starts_with(&[0x1f, 0x8b]);
    let coding = content_encoding.unwrap_or_default().trim().to_ascii_lowercase();
    let (unpacked, is_undeclared_gzip) = match coding.as_str() {
        "gzip" | "x-gzip" => (unpack(MultiGzDecoder::new(bytes.as_slice())), false),
        "deflate" => (unpack(ZlibDecoder::new(bytes.as_slice())), false),
        "" if is_gzip => (unpack(MultiGzDecoder::new(bytes.as_slice())), true),
        _ => (None, false),
    };
    let bytes = unpacked.unwrap_or(bytes);
    Text { text: String::from_utf8_lossy(&bytes).into_owned(), is_undeclared_gzip }
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
        write::{GzEncoder, ZlibEncoder},
    };

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_body_is_decompressed_as_in_browsers_and_undeclared_gzip_is_reported() {
        let mut deflate = ZlibEncoder::new(Vec::new(), Compression::fast());
        deflate.write_all(b"0{}").unwrap();
        for (bytes, coding, expected, is_undeclared_gzip) in [
            (b"0{}".to_vec(), None, "0{}", false),
            (gzip(b"0{}"), Some("gzip"), "0{}", false),
            (gzip(b"0{}"), Some(" GZIP"), "0{}", false),
            (deflate.finish().unwrap(), Some("deflate"), "0{}", false),
            (gzip(b"0{}"), None, "0{}", true),
            (b"0{}".to_vec(), Some("gzip"), "0{}", false),
            (b"0{}".to_vec(), Some("br"), "0{}", false),
        ] {
            let text = text(bytes, coding);
            assert_eq!(text, Text { text: expected.to_owned(), is_undeclared_gzip }, "{coding:?}");
        }
    }

    #[test]
    fn a_gzip_bomb_is_decompressed_only_up_to_the_limit() {
        let bomb = gzip(&vec![b'a'; 1 << 20]);
        assert_eq!(text(bomb, Some("gzip")).text.len(), 64 << 10);
    }
}
