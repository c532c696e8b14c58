use super::*;

/// Writes the values down, each in one line, `!` where one is given up.
#[derive(Debug, Default)]
struct Scribe(String, Vec<Kind>);

impl Scribe {
    fn text(&mut self, mark: &str, bytes: &[u8]) {
        self.0.extend([mark, &String::from_utf8_lossy(bytes), " "]);
    }
}

impl Visitor for Scribe {
    fn open(&mut self, kind: Kind) {
        self.1.push(kind);
        self.0 += if kind == Kind::List { "[ " } else { "{ " };
    }

    fn close(&mut self) {
        self.0 += if self.1.pop() == Some(Kind::List) { "] " } else { "} " };
    }

    fn name(&mut self, written: &[u8]) {
        self.text(".", written);
    }

    fn string(&mut self, quoted: &[u8]) {
        let written = quoted.get(1..quoted.len().saturating_sub(1)).unwrap();
        self.text("'", written);
    }

    fn literal(&mut self, written: &[u8]) {
        self.text("", written);
    }

    fn give_up(&mut self) {
        self.1.clear();
        self.0 += "! ";
    }
}

fn read(parts: &[&[u8]]) -> (String, Flaws) {
    let (mut stream, mut scribe) = (JsonStream::new(), Scribe::default());
    for part in parts {
        stream.feed(part, &mut scribe);
    }
    stream.end(&mut scribe);
    (scribe.0.trim().to_owned(), stream.flaws)
}

#[test]
fn values_are_found_between_other_text_and_after_broken_json() {
    for (text, expected, other_lines, broken) in [
        ("", "", 0, 0),
        ("\n \r\n", "", 0, 0),
        (r#"{"a":1,"b":[true,null,"c"],"d":{}}"#, "{ .a 1 .b [ true null 'c ] .d { } }", 0, 0),
        ("{\"a\":1}\n{\"b\":2}", "{ .a 1 } { .b 2 }", 0, 0),
        ("{\n  \"a\": [\n    1\n  ]\n}\n{\"b\":2}", "{ .a [ 1 ] } { .b 2 }", 0, 0),
        (r#"{"a":"\"}{\\"}"#, r#"{ .a '\"}{\\ }"#, 0, 0),
        ("hello\nworld {\"a\":1}\n", "{ .a 1 }", 1, 0),
        ("[wrangler:info] Ready\n{\"a\":1}", "[ ! { .a 1 }", 1, 0),
        ("[12:00] x {y} {\"a\":1}", "[ 12 ! { ! { .a 1 }", 0, 0),
        // Cut in a string, in a name, after a value, and at the end.
        ("{\"a\":\"b\n{\"c\":1}", "{ .a ! { .c 1 }", 0, 1),
        ("{\"a\":1,\"b\":\"c\n{\"c\":1}", "{ .a 1 .b ! { .c 1 }", 0, 1),
        ("{\"a\":1,\"b\n{\"c\":1}", "{ .a 1 ! { .c 1 }", 0, 1),
        ("{\"a\":1,\n{\"c\":1}", "{ .a 1 ! { .c 1 }", 0, 1),
        ("{\"a\":1\n{\"c\":1}", "{ .a 1 ! { .c 1 }", 0, 1),
        ("{\"a\":[1", "{ .a [ !", 0, 1),
        ("{\"a\":[{\"b\":1},\n{\"a\":[{\"b\":2}]}", "{ .a [ { .b 1 } { .a [ { .b 2 } ] } !", 0, 1),
        // Cut at the front.
        ("b\":\"c\"}\n{\"c\":1}", "{ .c 1 }", 1, 0),
        ("},\n{\"c\":1}\n]", "{ .c 1 }", 0, 0),
        ("\u{0}\u{1}\u{ff}\n\u{fe}[{\u{0}\n", "[ { !", 2, 0),
    ] {
        let (values, flaws) = read(&[text.as_bytes()]);
        assert_eq!(values, expected, "{text:?}");
        assert_eq!(flaws, Flaws { other_lines, broken }, "{text:?}");
    }
}

#[test]
fn the_result_does_not_depend_on_where_the_parts_end() {
    let text =
        "x {\"a\\\"b\":[12.5e3,true],\"c\":\"\u{fc}\\\\\"}\n[{}]\n{\"cut\":fals\n{\"d\":false}";
    let whole = read(&[text.as_bytes()]);
    assert_eq!(whole.1, Flaws { other_lines: 1, broken: 1 });
    for size in 1..text.len() {
        let parts: Vec<_> = text.as_bytes().chunks(size).collect();
        assert_eq!(read(&parts), whole, "{size}");
    }
}

#[test]
fn a_value_that_is_too_long_or_too_deep_is_skipped() {
    let long = format!("{{\"a\":\"{}\"}}\n{{\"b\":1}}", "x".repeat(3 << 20));
    let parts: Vec<_> = long.as_bytes().chunks(64 << 10).collect();
    let (values, flaws) = read(&parts);
    assert_eq!(values, "{ .a ! { .b 1 }");
    // The rest of the line is other text.
    assert_eq!(flaws, Flaws { other_lines: 1, broken: 1 });
    let deep = format!("{{\"a\":{}1{}}}\n{{\"b\":1}}", "[".repeat(1000), "]".repeat(1000));
    let (values, flaws) = read(&[deep.as_bytes()]);
    assert!(values.ends_with("{ .b 1 }"), "{values}");
    assert_eq!(flaws.broken, 1);
}
