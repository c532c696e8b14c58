//! Ports that no browser connects to.

use super::chromium::websocket_message;
use crate::doctor::{
    examination::Examination,
    finding::{Code, Finding, Severity},
    step::Step,
};

/// Fetch, "bad port".
const PORTS: &[u16] = &[
    1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102,
    103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465,
    512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993,
    995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668,
    6669, 6679, 6697, 10080,
];

const UNSAFE_PORT: &str = "Error in connection establishment: net::ERR_UNSAFE_PORT";

pub(super) fn finding(examination: &Examination) -> Option<Finding> {
    let target = &examination.target;
    let base = &target.base;
    let port = base.port().filter(|port| PORTS.contains(port))?;
    let summary = format!("browsers do not connect to port {port}, which they keep from pages");
    let finding = Finding::new(Code::BlockedInBrowser, Severity::Error, summary);
    let finding = match examination.get(Step::Connect) {
        Some(connect) => finding.seen(connect, vec![format!("server {base}")]),
        None => finding,
    };
    Some(
        finding
            .why([
                "The port belongs to another protocol, which a page may not speak. Chromium prints:"
                    .to_owned(),
                if target.page.websocket {
                    websocket_message(target.first_url().as_str(), UNSAFE_PORT)
                } else {
                    format!("  GET {} net::ERR_UNSAFE_PORT", target.first_url())
                },
            ])
            .fix([
                "Let the server listen on another port, and give the client that port:",
                "  httpServer.listen(3000);",
            ]),
    )
}
