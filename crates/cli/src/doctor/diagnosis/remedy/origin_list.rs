//! How a proxy that sets `Access-Control-Allow-Origin` names the origin that asks.

use crate::doctor::software::Proxy;

/// The lines for those origins, where the proxy has such lines.
pub(in crate::doctor::diagnosis) fn origin_list(proxy: Proxy, origins: &[String]) -> Vec<String> {
    let name = proxy.name();
    match proxy {
        Proxy::Nginx => {
            let mut lines = vec![
                "If nginx sets the header, write this beside the server block and in it:"
                    .to_owned(),
                "  map $http_origin $allowed_origin {".to_owned(),
                "    default \"\";".to_owned(),
            ];
            lines.extend(origins.iter().map(|origin| format!("    \"{origin}\" \"{origin}\";")));
            lines.push("  }".to_owned());
            lines.push(
                "  add_header Access-Control-Allow-Origin $allowed_origin always;".to_owned(),
            );
            lines
        }
        Proxy::Apache => {
            let escaped: Vec<_> = origins.iter().map(|origin| origin.replace('.', "\\.")).collect();
            vec![
                format!("If {name} sets the header, write in place of its lines:"),
                format!("  SetEnvIf Origin \"^({})$\" allowed_origin=$0", escaped.join("|")),
                "  Header always set Access-Control-Allow-Origin \"%{allowed_origin}e\" \
                 env=allowed_origin"
                    .to_owned(),
                "  Header merge Vary Origin".to_owned(),
            ]
        }
        Proxy::Caddy => {
            let mut lines = vec![
                format!("If {name} sets the header, write in place of its lines:"),
                "  @allowed {".to_owned(),
            ];
            lines.extend(origins.iter().map(|origin| format!("    header Origin {origin}")));
            lines.push("  }".to_owned());
            lines.push("  header @allowed Access-Control-Allow-Origin {header.Origin}".to_owned());
            lines
        }
        Proxy::Iis => {
            let entries = origins.iter().map(|origin| format!("<add origin=\"{origin}\" />"));
            vec![
                format!(
                    "If {name} sets the header, delete it from <customHeaders>, which can hold one origin. \
                     With the IIS CORS module, within <system.webServer>:"
                ),
                format!("  <cors enabled=\"true\">{}</cors>", entries.collect::<String>()),
            ]
        }
        _ => Vec::new(),
    }
}
