//! Lines with which a proxy sends `Access-Control-Allow-Origin` for each origin of a list.

use crate::doctor::software::Proxy;

/// The lines for those origins, where the proxy has such lines and may set the header.
pub(in crate::doctor::diagnosis) fn origin_list(proxy: Proxy, origins: &[String]) -> Vec<String> {
    told(proxy, origins, &format!("If {} sets the header,", proxy.name()))
}

/// The same, where it is known to.
pub(super) fn own_origin_list(proxy: Proxy, origins: &[String]) -> Vec<String> {
    told(proxy, origins, &format!("In {},", proxy.name()))
}

fn told(proxy: Proxy, origins: &[String], place: &str) -> Vec<String> {
    let Some((what, lines)) = list(proxy, origins) else { return Vec::new() };
    let mut all = vec![format!("{place} {what}:")];
    all.extend(lines);
    all
}

/// A sentence that says what to do, and the lines.
fn list(proxy: Proxy, origins: &[String]) -> Option<(&'static str, Vec<String>)> {
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
            let lines = vec![
                format!("  SetEnvIf Origin \"^({})$\" allowed_origin=$0", escaped.join("|")),
                "  Header always set Access-Control-Allow-Origin \"%{allowed_origin}e\" \
                 env=allowed_origin"
                    .to_owned(),
                "  Header merge Vary Origin".to_owned(),
            ];
            ("write in place of its lines", lines)
        }
        Proxy::Caddy => {
            let mut lines = vec!["  @allowed {".to_owned()];
            lines.extend(origins.iter().map(|origin| format!("    header Origin {origin}")));
            lines.push("  }".to_owned());
            lines.push("  header @allowed Access-Control-Allow-Origin {header.Origin}".to_owned());
            ("write in place of its lines", lines)
        }
        Proxy::Iis => {
            let entries = origins.iter().map(|origin| format!("<add origin=\"{origin}\" />"));
            (
                "delete it from <customHeaders>, which can hold one origin. With the IIS CORS module, within \
                 <system.webServer>",
                vec![format!("  <cors enabled=\"true\">{}</cors>", entries.collect::<String>())],
            )
        }
        _ => return None,
    })
}
