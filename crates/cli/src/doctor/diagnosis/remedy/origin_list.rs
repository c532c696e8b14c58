//! Lines with which a proxy sends `Access-Control-Allow-Origin` for each origin of a list.

use crate::doctor::{examination::Examination, exchange::Exchange, software::Proxy};

/// True if the answers have to allow credentials: they do now, or the page sends some.
pub(in crate::doctor::diagnosis) fn needs_credentials(
    examination: &Examination,
    poll: &Exchange,
) -> bool {
    examination.target.page.credentialed || poll.allows_credentials()
}

/// The lines for those origins, where the proxy has such lines and may set the header. Those that stand in
/// place of all others of CORS allow credentials too, where they are needed.
pub(in crate::doctor::diagnosis) fn origin_list(
    proxy: Proxy,
    origins: &[String],
    with_credentials: bool,
) -> Vec<String> {
    told(proxy, origins, with_credentials, &format!("If {} sets the header,", proxy.name()))
}

/// The same, where it is known to.
pub(super) fn own_origin_list(
    proxy: Proxy,
    origins: &[String],
    with_credentials: bool,
) -> Vec<String> {
    told(proxy, origins, with_credentials, &format!("In {},", proxy.name()))
}

fn told(proxy: Proxy, origins: &[String], with_credentials: bool, place: &str) -> Vec<String> {
    let Some((what, lines)) = list(proxy, origins, with_credentials) else { return Vec::new() };
    let mut all = vec![format!("{place} {what}:")];
    all.extend(lines);
    all
}

/// A sentence that says what to do, and the lines.
fn list(
    proxy: Proxy,
    origins: &[String],
    with_credentials: bool,
) -> Option<(&'static str, Vec<String>)> {
    Some(match proxy {
        Proxy::Nginx => {
            let mut lines = vec![
                "  map $http_origin $allowed_origin {".to_owned(),
                "    default \"\";".to_owned(),
            ];
            lines.extend(origins.iter().map(|origin| format!("    \"{origin}\" \"{origin}\";")));
            lines.extend(
                [
                    "  }",
                    "  add_header Access-Control-Allow-Origin $allowed_origin always;",
                    "  add_header Vary Origin always;",
                ]
                .map(str::to_owned),
            );
            (
                "put the `map` beside the server block, and the lines after it where the header is set now",
                lines,
            )
        }
        Proxy::Apache => {
            let escaped: Vec<_> = origins.iter().map(|origin| origin.replace('.', "\\.")).collect();
            let mut lines = vec![
                format!("  SetEnvIf Origin \"^({})$\" allowed_origin=$0", escaped.join("|")),
                "  Header always set Access-Control-Allow-Origin \"%{allowed_origin}e\" \
                 env=allowed_origin"
                    .to_owned(),
            ];
            lines.extend(with_credentials.then(|| {
                "  Header always set Access-Control-Allow-Credentials \"true\" env=allowed_origin"
                    .to_owned()
            }));
            lines.push("  Header merge Vary Origin".to_owned());
            ("write in place of its lines", lines)
        }
        Proxy::Caddy => {
            let mut lines = vec!["  @allowed {".to_owned()];
            lines.extend(origins.iter().map(|origin| format!("    header Origin {origin}")));
            lines.push("  }".to_owned());
            lines.push("  header @allowed Access-Control-Allow-Origin {header.Origin}".to_owned());
            lines.extend(
                with_credentials
                    .then(|| "  header @allowed Access-Control-Allow-Credentials true".to_owned()),
            );
            lines.push("  header +Vary Origin".to_owned());
            ("write in place of its lines", lines)
        }
        Proxy::Iis => {
            let credentials = if with_credentials { " allowCredentials=\"true\"" } else { "" };
            let entries =
                origins.iter().map(|origin| format!("<add origin=\"{origin}\"{credentials} />"));
            (
                "delete it from <customHeaders>, which can hold one origin. With the IIS CORS module, within \
                 <system.webServer>",
                vec![format!("  <cors enabled=\"true\">{}</cors>", entries.collect::<String>())],
            )
        }
        _ => return None,
    })
}
