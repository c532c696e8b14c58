//! Pages that the server does not allow.

use super::{
    super::made::{
        ALLOW, CREDENTIALS, FOREIGN, GRANT, Headers, NONE, O, OPEN, OPEN_3, UNKNOWN, VARY,
    },
    NGINX, NOTHING, OLD_FOR_PYTHON, REFUSED_BY_PYTHON, answers, assert_first, diagnose, good,
    python,
};
use crate::doctor::{finding::Code, step::Step};

#[test]
fn the_fix_for_a_refused_origin_is_in_the_servers_own_terms() {
    let refused = |headers: &Headers| {
        answers(403, headers, "Forbidden").sees(Step::NoOriginPoll, 200, NONE, OPEN)
    };
    let value = |value: &'static str| good().sees(Step::Poll4, 200, &[(ALLOW, value)], OPEN);
    let python_allows: &Headers = &[(ALLOW, FOREIGN), CREDENTIALS];
    assert_first(vec![
        (
            python(),
            "error origin-not-listed",
            "cors_allowed_origins=[\"https://app.example.com\"]",
            "new Server(",
        ),
        (
            python().sees(Step::Poll4, 200, GRANT, OPEN).sees(
                Step::ForeignPoll,
                200,
                python_allows,
                OPEN,
            ),
            "danger any-origin-with-credentials",
            "cors_allowed_origins",
            "new Server(",
        ),
        (
            python().sees(Step::Poll3, 400, GRANT, OLD_FOR_PYTHON).by_client(2).credentialed(),
            "error version-mismatch",
            "python-socketio<5",
            "allowEIO3",
        ),
        (
            python()
                .sees(Step::Poll3, 400, NONE, REFUSED_BY_PYTHON)
                .sees(Step::NoOriginPoll, 400, NONE, OLD_FOR_PYTHON)
                .by_client(2)
                .credentialed(),
            "error version-mismatch",
            "python-socketio<5",
            "allowEIO3",
        ),
        (
            answers(200, NONE, OPEN).credentialed(),
            "error no-cors-headers",
            "@WebSocketGateway({ cors: { origin: [\"https://app.example.com\"], credentials: true } })",
            NOTHING,
        ),
        (
            good().sees(Step::Poll4, 200, &[(ALLOW, O), (ALLOW, O)], OPEN).sees(
                Step::ForeignPoll,
                200,
                &[(ALLOW, FOREIGN)],
                OPEN,
            ),
            "error doubled-origin",
            "the other lets every website in, as https://foreign.example shows",
            NOTHING,
        ),
        (
            good().sees(Step::Poll4, 200, &[(ALLOW, O), (ALLOW, O)], OPEN),
            "error doubled-origin",
            "",
            "every website",
        ),
        (
            python().without_polling().sees(Step::Websocket, 403, NONE, ""),
            "error websocket-refused",
            "cors_allowed_origins",
            "allowRequest",
        ),
        (
            python().sees(Step::Poll4, 200, GRANT, OPEN).sees(Step::Websocket, 403, NONE, ""),
            "error upgrade-blocked",
            "simple-websocket",
            "proxy_set_header",
        ),
        (
            value("https://app.example.com,"),
            "error doubled-origin",
            "Remove the comma",
            "cannot hold a list",
        ),
        (
            value("https://app.example.com https://www.example.com"),
            "error doubled-origin",
            "The header cannot hold a list",
            "Remove the comma",
        ),
        (refused(&[NGINX]), "error origin-not-listed", "map $http_origin", "no Socket.IO"),
        (refused(NONE), "error origin-not-listed", "allowRequest", "no Socket.IO"),
        (
            // A server that fails now and then is not taken for a list of origins.
            good().sees(Step::Poll4, 503, NONE, ""),
            "error server-error",
            "Is the server up",
            "list of allowed origins",
        ),
        (value("\"https://app.example.com\""), "error origin-near-miss", O, NOTHING),
        (value("https://APP.example.com"), "error origin-near-miss", O, NOTHING),
        (value("https://*.example.com"), "error invalid-origin", "[a-z0-9-]+", NOTHING),
        (value("$http_origin"), "error invalid-origin", "variable", NOTHING),
        (
            value("https://app.example.com;https://www.example.com"),
            "error invalid-origin",
            "send that one origin",
            "with a path",
        ),
        (value("true"), "error invalid-origin", "It cannot be true", NOTHING),
        (
            good()
                .sees(
                    Step::Poll4,
                    200,
                    &[(ALLOW, O), ("access-control-allow-credentials", "True")],
                    OPEN,
                )
                .credentialed(),
            "error credentials-not-allowed",
            "in lower case",
            "withCredentials out",
        ),
    ]);
}

#[test]
fn the_code_in_a_fix_fits_the_server() {
    let lost = good().sees(Step::PollAgain, 400, GRANT, UNKNOWN);
    assert_first(vec![
        (lost, "error session-lost", "setupMaster(httpServer", NOTHING),
        (
            good().sees(Step::Poll4, 200, GRANT, OPEN_3).sees(Step::Poll3, 200, GRANT, OPEN_3),
            "error version-mismatch",
            "cors: { origin: [\"https://app.example.com\"], credentials: true }",
            NOTHING,
        ),
        (
            good().sees(Step::Poll4, 400, NONE, "").sees(
                Step::NearMiss,
                200,
                &[(ALLOW, "https://www.app.example.com"), CREDENTIALS],
                OPEN,
            ),
            "error origin-not-listed",
            "credentials: true",
            NOTHING,
        ),
    ]);
}

#[test]
fn an_ingress_that_replaces_the_servers_header_is_told_by_its_annotation() {
    let listed = "DNT,Keep-Alive,User-Agent,X-Requested-With,Authorization";
    let replaced: &Headers =
        &[(ALLOW, "*"), CREDENTIALS, ("access-control-allow-headers", listed), ("server", "nginx")];
    let polled = good().credentialed().sees(Step::Poll4, 200, replaced, OPEN);
    assert_first(vec![(
        polled.sees(Step::DirectPoll, 200, GRANT, OPEN),
        "error stripped-headers",
        "enable-cors: \"false\"",
        "add_header",
    )]);
}

#[test]
fn a_header_of_a_proxy_without_a_name_is_changed_in_each_usual_one() {
    let reflected: &Headers = &[(ALLOW, "https://evilexample.com"), CREDENTIALS];
    let loose = good()
        .sees(Step::Preflight, 400, NONE, r#"{"code":2,"message":"Bad handshake method"}"#)
        .sees(Step::LookAlikePoll, 200, reflected, OPEN)
        .from(Some("https://evilexample.com"));
    let is = "danger loose-origin-check";
    assert_first(
        ["-m str https://app.example.com", "In nginx:", "In Apache:", "In Caddy:", "In HAProxy:"]
            .map(|part| (loose.clone(), is, part, NOTHING))
            .to_vec(),
    );
}

#[test]
fn the_lines_of_a_proxy_for_a_page_with_credentials_allow_them() {
    let not_listed = "error origin-not-listed";
    let in_caddy = "  header @allowed Access-Control-Allow-Credentials true\n  header +Vary Origin";
    let in_apache =
        "  Header always set Access-Control-Allow-Credentials \"true\" env=allowed_origin";
    let in_iis = "<add origin=\"https://app.example.com\" allowCredentials=\"true\" />";
    for (server, line) in
        [("Caddy", in_caddy), ("Apache/2.4.58", in_apache), ("Microsoft-IIS/10.0", in_iis)]
    {
        let reflected: &Headers =
            &[(ALLOW, "https://evilexample.com"), CREDENTIALS, ("server", server)];
        let alone = |poll| {
            good()
                .sees(Step::Poll4, 200, poll, OPEN)
                .sees(Step::Preflight, 400, NONE, r#"{"code":2,"message":"Bad handshake method"}"#)
                .sees(Step::Post, 200, NONE, "ok")
                .sees(Step::PollAgain, 200, NONE, "40{}")
                .sees(Step::BadSession, 400, NONE, UNKNOWN)
        };
        let own: &Headers = &[(ALLOW, O), CREDENTIALS, VARY, ("server", server)];
        let other: &Headers = &[VARY, ("server", server)];
        let loose = alone(own)
            .sees(Step::LookAlikePoll, 200, reflected, OPEN)
            .from(Some("https://evilexample.com"));
        assert_first(vec![(alone(other).credentialed(), not_listed, line, "would be there twice")]);
        let findings = diagnose(&loose);
        let danger = findings.iter().find(|it| it.code == Code::LooseOriginCheck).unwrap();
        let fix = danger.fix.join("\n");
        assert!(fix.contains(line), "{fix}");
        let name =
            if server == "Microsoft-IIS/10.0" { "IIS" } else { server.split('/').next().unwrap() };
        assert!(
            fix.contains(&format!("and delete it in {name}, as two of them are refused")),
            "{fix}"
        );
    }
}
