//! The `query` option of a Socket.IO client, which is in the URL of each of its requests.

use url::form_urlencoded;

/// Parameters that Engine.IO's client sets itself, over those of the option.
const OF_CLIENT: &[&str] = &["EIO", "transport", "sid", "t", "j", "b64"];

/// The option's parameters: names and values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads `name=value&…`. A `+` is a plus sign, as in the option's object: browsers write it `%2B`.
    ///
    /// # Errors
    /// A clause, if the text is not a query or has a parameter that the client sets itself.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let text = text.strip_prefix('?').unwrap_or(text);
        if text.split('&').any(|pair| !pair.contains('=') || pair.starts_with('=')) {
            return Err("is not a query: write it as in 'token=abc&room=1'".to_owned());
        }
        let query = Self(pairs(&text.replace('+', "%2B")));
        match query.0.iter().find(|(name, _)| OF_CLIENT.contains(&name.as_str())) {
            Some((name, _)) => {
                Err(format!("has {name}, which the client sets itself: leave it out"))
            }
            None => Ok(query),
        }
    }

    /// The option's part of a URL's query, which a browser recorded.
    pub(super) fn recorded(query: &str) -> Self {
        let mut pairs = pairs(query);
        pairs.retain(|(name, _)| !OF_CLIENT.contains(&name.as_str()));
        Self(pairs)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The query of a request, whose own part is `of_client`.
    pub(super) fn before(&self, of_client: &str) -> String {
        let own = self.0.iter().map(|(name, value)| format!("{}&", written(name, value)));
        own.chain([of_client.to_owned()]).collect()
    }

    /// `text` with `…` for each value in it, which may be a secret.
    pub(super) fn hidden(&self, text: &str) -> String {
        let pairs = self.0.iter().filter(|(_, value)| !value.is_empty());
        pairs.fold(text.to_owned(), |text, (name, value)| {
            let shown = format!("{}…", written(name, ""));
            text.replace(&written(name, value), &shown).replace(&format!("{name}={value}"), &shown)
        })
    }
}

fn pairs(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// A parameter as a URL has it.
fn written(name: &str, value: &str) -> String {
    form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_written_into_urls_as_a_client_does() {
        for (text, expected) in [
            ("token=abc", "token=abc&EIO=4"),
            ("?token=abc&room=a%2Fb", "token=abc&room=a%2Fb&EIO=4"),
            ("token=a+b/c==", "token=a%2Bb%2Fc%3D%3D&EIO=4"),
            ("flag=", "flag=&EIO=4"),
        ] {
            assert_eq!(Query::read(text).unwrap().before("EIO=4"), expected, "{text}");
        }
        assert_eq!(Query::default().before("EIO=4"), "EIO=4");
    }

    #[test]
    fn a_malformed_query_is_refused() {
        for (text, part) in [
            ("", "write it as"),
            ("token", "write it as"),
            ("=abc", "write it as"),
            ("a=b&", "write it as"),
            ("token=abc&EIO=3", "has EIO"),
            ("sid=abc", "has sid"),
        ] {
            let error = Query::read(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn values_are_hidden_however_they_are_written() {
        let query = Query::read("token=a+b&room=1").unwrap();
        for (text, expected) in [
            ("/?token=a%2Bb&room=1&EIO=4", "/?token=…&room=…&EIO=4"),
            ("no session for token=a+b", "no session for token=…"),
            ("nothing, 1", "nothing, 1"),
        ] {
            assert_eq!(query.hidden(text), expected);
        }
    }

    #[test]
    fn the_clients_own_parameters_are_left_out_of_a_recorded_url() {
        let query = Query::recorded("token=abc&EIO=4&transport=polling&t=x&sid=y");
        assert_eq!(query, Query::read("token=abc").unwrap());
    }
}
