//! The three forms of a path that decided until paths were read conservatively.

use percent_encoding::percent_decode_str;

pub(crate) struct OldForms {
    raw: String,
    collapsed: String,
    normal: String,
}

impl OldForms {
    pub(crate) fn of(raw: &str) -> Self {
        let decoded = percent_decode_str(raw).decode_utf8_lossy();
        let is_plain =
            raw.starts_with('/') && !["%", "\\", "//", "/."].iter().any(|odd| raw.contains(odd));
        let raw = raw.to_owned();
        if is_plain {
            return Self { collapsed: raw.clone(), normal: raw.clone(), raw };
        }
        let collapsed = join(&decoded, |_| false);
        let normal = join(&decoded, |segment| matches!(segment, "." | ".."));
        Self { raw, collapsed, normal }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        [&self.raw, &self.collapsed, &self.normal].into_iter().map(String::as_str)
    }
}

fn join(path: &str, is_step: impl Fn(&str) -> bool) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut ends_in_slash = true;
    for segment in path.split(['/', '\\']) {
        let step = segment.is_empty() || is_step(segment);
        ends_in_slash = step;
        match segment {
            ".." if step => drop(kept.pop()),
            _ if step => {}
            name => kept.push(name),
        }
    }
    let slash = if ends_in_slash || kept.is_empty() { "/" } else { "" };
    kept.iter().flat_map(|name| ["/", name]).collect::<String>() + slash
}
