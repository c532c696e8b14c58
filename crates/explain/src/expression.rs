//! JavaScript expressions where a literal should be. They are not evaluated; the fault names them.

use crate::written_fault::WrittenFault;

/// An expression of JavaScript that is not a literal.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Expression {
    /// A noun for it, with its beginning where that tells more.
    what: String,
    /// The advice: the text to write instead.
    help: &'static str,
    /// `socketio-cors import` can read it.
    is_importable: bool,
    /// The length of the part that is marked, in bytes.
    len: usize,
}

const VALUE: &str = "write the value that it has";
const ORIGINS: &str = "write the origins, as in \"https://app.example.com\" or \
                       \"https://*.example.com\", or {\"kv\": \"tenant:\"} for those with a KV key each";

/// The longest part of an expression that is repeated, in characters.
const MAX_SHOWN: usize = 60;

impl Expression {
    /// The expression that `text` begins with. `None` if none is recognised.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let first = text.chars().next()?;
        let is_path = |char: char| char.is_alphanumeric() || matches!(char, '_' | '$' | '.');
        let path_of = |text: &str| {
            let end = text.find(|char| !is_path(char)).unwrap_or(text.len());
            text.get(..end).unwrap_or_default().to_owned()
        };
        let new = |what: String, help, len| Some(Self { what, help, len, is_importable: false });
        let importable =
            |what: String, help, len| Some(Self { what, help, len, is_importable: true });
        if let Some(rest) = text.strip_prefix("...") {
            let path = path_of(rest);
            let len = path.len().saturating_add(3);
            return importable(
                format!("spread ...{}", shown(&path)),
                "write its contents here",
                len,
            );
        }
        match first {
            '`' => {
                let help = "write the text in quotes, as in \"https://app.example.com\"";
                return new("template string".to_owned(), help, 1);
            }
            '/' => return importable("regular expression".to_owned(), ORIGINS, 1),
            '(' if is_arrow_function(text) => return new("function".to_owned(), ORIGINS, 1),
            '+' | '-' | '*' | '%' | '&' | '|' | '?' | '!' | '<' | '>' => {
                return new(format!("operator {first}"), VALUE, 1);
            }
            _ if !is_path(first) || first.is_ascii_digit() => return None,
            _ => {}
        }
        let path = path_of(text);
        let rest = text.get(path.len()..).unwrap_or_default();
        let after = rest.trim_start();
        let (what, help) = match path.as_str() {
            "undefined" => (
                "undefined (is an environment variable not set?)".to_owned(),
                "write the value, or remove the field",
            ),
            "True" => ("True".to_owned(), "write true"),
            "False" => ("False".to_owned(), "write false"),
            "function" | "async" => ("function".to_owned(), ORIGINS),
            "new" => (format!("new {}(…)", shown(&path_of(after))), VALUE),
            _ if after.starts_with("=>") => ("function".to_owned(), ORIGINS),
            _ if after.starts_with('(') => (format!("function call {}(…)", shown(&path)), VALUE),
            _ if ENVIRONMENTS.iter().any(|prefix| path.starts_with(prefix)) => {
                let help = "write the value that it has on your server";
                (format!("environment variable {}", shown(&path)), help)
            }
            _ => return importable(format!("variable {}", shown(&path)), VALUE, path.len()),
        };
        new(what, help, path.len())
    }

    /// The fault that it is, where it begins at `start`.
    pub(crate) fn fault(&self, start: usize) -> WrittenFault {
        let message = format!("{}: only literals are read", self.what);
        let fault = WrittenFault::new(start..start.saturating_add(self.len), message, self.help);
        if self.is_importable { fault.importable() } else { fault }
    }
}

const ENVIRONMENTS: [&str; 4] = ["process.env.", "import.meta.env.", "Deno.env.", "Bun.env."];

/// `(origin, callback) => …`
fn is_arrow_function(text: &str) -> bool {
    let parameters = text.split_once(')').map(|(_, after)| after.trim_start());
    parameters.is_some_and(|after| after.starts_with("=>"))
}

fn shown(path: &str) -> String {
    match path.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", path.get(..end).unwrap_or_default()),
        None => path.to_owned(),
    }
}
