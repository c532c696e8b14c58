//! Refusals of what stands before Socket.IO: firewalls, checks of the host.

use super::{
    Known, Row,
    Sign::{Body, Header, LeadsTo, Says, Status},
};
use crate::doctor::finding::Code;

const fn blocked(says: &'static str, fix: &'static [&'static str]) -> Known {
    Known { code: Code::Blocked, says, fix }
}

const HOST: Known = blocked(
    "the server refuses {} because of the host name in it",
    &[
        "The server has a list of its host names: add this one. In Vite, in vite.config.js:",
        "  server: { allowedHosts: [\"api.example.com\"] }",
        "webpack-dev-server: `allowedHosts`. Django: ALLOWED_HOSTS. Rails: config.hosts.",
        "Or let the proxy send a host name that the server knows.",
        "{upstream's host}",
    ],
);

const AIRPLAY: Known = blocked(
    "the AirPlay Receiver of macOS answers {}: it uses that port, and not your server",
    &[
        "Let the server listen on a port other than 5000 and 7000, and give the client that port:",
        "  httpServer.listen(3001);",
        "  io(\"http://localhost:3001\")",
        "Or turn the receiver off: System Settings, General, AirDrop & Handoff.",
    ],
);

const LARGE: Known = blocked(
    "the headers of {} are larger than the server, or a proxy before it, allows",
    &[
        "Nearly always it is the cookies, of this host and of the domains above it. Delete those that the \
         page no longer needs, and keep tokens small. Visitors without those cookies, and the doctor \
         without --cookie, may not be refused.",
        "Or allow larger headers.",
        "{larger headers}",
        "In Node:",
        "  createServer({ maxHeaderSize: 32_768 }, app)",
    ],
);

const EXPRESS_CORS: Known = blocked(
    "Express's `cors` middleware refuses {}, so Socket.IO never gets it",
    &[
        "Where both are on one HTTP server, Socket.IO answers its path before Express does. Here Socket.IO \
         is not attached to the server that listens:",
        "  const httpServer = createServer(app);",
        "  const io = new Server(httpServer, { … });",
        "  httpServer.listen(3000); // not app.listen(3000)",
        "Socket.IO has its own list of origins, the option `cors`. Express's list is for Express's routes.",
    ],
);

const STARLETTE: Known = blocked(
    "the CORSMiddleware of Starlette or FastAPI refuses {} (the body says why)",
    &[
        "Put python-socketio around the application, and not within the middleware. It then answers its \
         own requests, with preflights.",
        "  app = socketio.ASGIApp(sio, other_asgi_app=app)",
        "Or list the page in the middleware, and let python-socketio set no headers. Any page can then open a \
         WebSocket, as no middleware checks those:",
        "  app.add_middleware(CORSMiddleware, allow_origins=[\"{origin}\"], allow_methods=[\"GET\", \"POST\"], \
         allow_headers=[\"*\"], allow_credentials=True)",
        "  sio = socketio.AsyncServer(async_mode=\"asgi\", cors_allowed_origins=[])",
    ],
);

const SPRING_CORS: Known = blocked(
    "Spring's CORS settings refuse {}: the page's origin, a method or a header is not in them",
    &[
        "Add the page to the CorsConfiguration (or @CrossOrigin):",
        "  configuration.setAllowedOrigins(List.of(\"{origin}\"));",
        "netty-socketio listens on a port of its own, and ignores Spring's settings: does the client have \
         that port? Spring Cloud Gateway has its list in application.yml, under globalcors.",
    ],
);

const DJANGO_HOST: Known = blocked(
    "Django answers {} 400, as it does when the host is not in its ALLOWED_HOSTS",
    &[
        "Add the host, in settings.py:",
        "  ALLOWED_HOSTS = [\"{hostname}\"]",
        "Django's log then says \"Invalid HTTP_HOST header\". Django should not answer Socket.IO's path at \
         all: put python-socketio around it. In asgi.py, for an AsyncServer:",
        "  application = socketio.ASGIApp(sio, get_asgi_application())",
        "In wsgi.py, for a Server:",
        "  application = socketio.WSGIApp(sio, get_wsgi_application())",
    ],
);

const F5: Known = blocked(
    "F5's web application firewall (BIG-IP ASM, Advanced WAF) refuses {}, with a page of its own",
    &[
        "The page has a support ID. In BIG-IP, look it up under Security, Event Logs, Application, Requests: it \
         has the violation. In the policy, let Socket.IO's path past it: Allowed URLs, /socket.io/*, with the \
         methods GET, POST and OPTIONS, and for text/plain the request body handling \"Do nothing\".",
        "It may be the firewall of the network that you are in. Does it fail from another network too?",
    ],
);

const FIREWALL: Known = blocked(
    "a web application firewall refuses {}, with a page of its own",
    &[
        "The firewall's log has the rule (under the page's number, if it has one). Exclude Socket.IO's path \
         (/socket.io/) from that rule, for GET, POST and OPTIONS.",
        "It may be the firewall of the network that you are in. Does it fail from another network too?",
    ],
);

const SUCURI: Known = blocked(
    "Sucuri's firewall blocks {}",
    &[
        "In Sucuri's dashboard, Access Control, Allow URL Paths: add /socket.io/. Its audit trail has the rule \
       that blocks.",
    ],
);

const FORTIWEB: Known = blocked(
    "FortiWeb, a web application firewall, blocks {}",
    &[
        "FortiWeb's attack log has the rule, under the page's Attack ID. Exclude Socket.IO's path (/socket.io/) \
       from it, for GET, POST and OPTIONS.",
    ],
);

const SQUID: Known = blocked(
    "the proxy Squid refuses {}, as the proxy of a company's network does",
    &[
        "Is it the proxy of the network that you are in? Then the server was not asked, and has nothing to \
         change. Try another network, or let this one's administrators allow the host.",
        "If Squid is the server's own (an accelerator), allow the path there: `http_access allow`.",
    ],
);

const ANOTHER_NETWORK: &str = "Nothing is to change in the server or the page. Try another network, as a phone's, or \
                               let this one's administrators allow the host.";

/// What is to be done about the filter of a visitor's network.
const FILTER: &[&str] = &[
    ANOTHER_NETWORK,
    "Visitors in other networks with that filter are blocked too, until its maker rates the host anew. New \
     domains are often blocked for some weeks.",
];

const FORTINET: &[&str] = &[
    ANOTHER_NETWORK,
    "Visitors in other networks with that filter are blocked too, until Fortinet rates the host anew: \
     https://www.fortiguard.com/webfilter.",
];

const FORTIGUARD: Known = blocked(
    "FortiGuard, the web filter of the network that you are in, blocks {}: the server never gets it",
    FORTINET,
);

const ZSCALER: Known = blocked(
    "Zscaler, the web filter of the network that you are in, answers {}: the server never gets it",
    FILTER,
);

const UMBRELLA: Known = blocked(
    "Cisco Umbrella, the web filter of the network that you are in, blocks {}: the server never gets it",
    FILTER,
);

const SOPHOS: Known = blocked(
    "Sophos, the web filter of the network that you are in, blocks {}: the server never gets it",
    FILTER,
);

const PALO_ALTO: Known = blocked(
    "a web filter (of Palo Alto) of the network that you are in blocks {}: the server never gets it",
    FILTER,
);

const COMPANY: Known = blocked(
    "a web filter of the network that you are in blocks {}: the server never gets it",
    FILTER,
);

const METADATA: Known = blocked(
    "a check against cross-site requests refuses {}, because of its Sec-Fetch-Site header",
    &[
        "Let Socket.IO's path past that check, or give it the page's origin. In Go:",
        "  protection := http.NewCrossOriginProtection()",
        "  protection.AddTrustedOrigin(\"{origin}\")",
        "Or exclude the path:",
        "  protection.AddInsecureBypassPattern(\"/socket.io/\")",
    ],
);

/// Refusals that have nothing to do with the page's origin.
pub(super) const WHOEVER_ASKS: &[Row] = &[
    Row { signs: &[Body("Blocked request. This host")], known: HOST },
    Row { signs: &[Body("Invalid Host header")], known: HOST },
    Row { signs: &[Body("DisallowedHost")], known: HOST },
    Row { signs: &[Body("Blocked host:")], known: HOST },
    Row { signs: &[Body("Blocked hosts:")], known: HOST },
    Row { signs: &[Status(400), Body("<h1>Bad Request (400)</h1>")], known: DJANGO_HOST },
    Row { signs: &[Says("server", "AirTunes")], known: AIRPLAY },
    Row { signs: &[Status(431)], known: LARGE },
    Row { signs: &[Body("Request Header Or Cookie Too Large")], known: LARGE },
    Row { signs: &[Body("request header field exceeds server limit")], known: LARGE },
    Row { signs: &[Body("Request header is too large")], known: LARGE },
];

/// Firewalls for web applications, which answer with any status, 200 too.
pub(super) const FIREWALLS: &[Row] = &[
    Row { signs: &[Body("The requested URL was rejected. Please consult")], known: F5 },
    Row { signs: &[Body("Your support ID is")], known: F5 },
    Row { signs: &[Body("FortiGuard Intrusion Prevention")], known: FORTIGUARD },
    Row { signs: &[Body("FortiGuard Web Filter")], known: FORTIGUARD },
    Row { signs: &[Body("Web Filter Violation")], known: FORTIGUARD },
    Row { signs: &[Body("Internet Security by Zscaler")], known: ZSCALER },
    Row { signs: &[Status(403), Says("server", "Zscaler")], known: ZSCALER },
    Row { signs: &[LeadsTo("gateway.zscaler")], known: ZSCALER },
    Row { signs: &[LeadsTo("block.opendns.com")], known: UMBRELLA },
    Row { signs: &[LeadsTo("block.sse.cisco.com")], known: UMBRELLA },
    Row { signs: &[Body("block.opendns.com")], known: UMBRELLA },
    Row { signs: &[Body("Cisco Umbrella")], known: UMBRELLA },
    Row { signs: &[Body("UTM Web Protection")], known: SOPHOS },
    Row { signs: &[Body("has been blocked in accordance with company policy")], known: PALO_ALTO },
    Row { signs: &[Body("Based on your organization's access policies")], known: COMPANY },
    Row { signs: &[Body("Incapsula incident ID")], known: FIREWALL },
    Row { signs: &[Body("Sucuri Website Firewall")], known: SUCURI },
    Row { signs: &[Header("x-sucuri-block")], known: SUCURI },
    Row { signs: &[Body("Web Page Blocked"), Body("Attack ID")], known: FORTIWEB },
    Row { signs: &[Body("Web Page Blocked")], known: FIREWALL },
    Row { signs: &[Body("Unauthorized Activity Has Been Detected")], known: FIREWALL },
    Row { signs: &[Body("Barracuda")], known: FIREWALL },
    Row { signs: &[Body("Application Firewall")], known: FIREWALL },
];

pub(super) const ROWS: &[Row] = &[
    Row { signs: &[Status(403), Body("cross-origin request detected")], known: METADATA },
    Row { signs: &[Status(400), Body("Disallowed CORS")], known: STARLETTE },
    Row { signs: &[Status(403), Body("Invalid CORS request")], known: SPRING_CORS },
    Row { signs: &[Status(500), Body("Not allowed by CORS")], known: EXPRESS_CORS },
    Row { signs: &[Says("x-squid-error", "ERR_ACCESS_DENIED")], known: SQUID },
    Row {
        signs: &[Body("This distribution is not configured to allow the HTTP request method")],
        known: blocked(
            "CloudFront refuses {} for its method",
            &[
                "In the distribution's behavior for /socket.io/*: allowed methods GET, HEAD, OPTIONS, \
               PUT, POST, PATCH, DELETE; cache policy CachingDisabled; origin request policy \
               AllViewer.",
            ],
        ),
    },
    Row {
        signs: &[Status(403), Body("Generated by cloudfront")],
        known: blocked(
            "CloudFront or its web ACL refuses {}",
            &[
                "Look at AWS WAF's rules (sampled requests) and at geographic restrictions. Is the host \
                 among the distribution's alternate domain names?",
            ],
        ),
    },
    Row {
        signs: &[Status(403), Header("x-amzn-requestid"), Body("Missing Authentication Token")],
        known: Known {
            code: Code::NotSocketIo,
            says: "AWS API Gateway has no route for {} (this is what \"Missing Authentication Token\" \
             means)",
            fix: super::hosting::API_GATEWAY.fix,
        },
    },
    Row {
        signs: &[Status(403), Header("x-amzn-requestid"), Body("\"connectionId\":")],
        known: super::hosting::API_GATEWAY_WEBSOCKETS,
    },
    Row {
        signs: &[Status(403), Header("x-amzn-requestid")],
        known: blocked(
            "AWS API Gateway refuses {}",
            &["An API key, an authorizer or a web ACL is in the way: exclude /socket.io/ from it."],
        ),
    },
    Row {
        signs: &[Status(403), Body("has blocked your access")],
        known: blocked(
            "Azure refuses {}: the web app has access restrictions",
            &[
                "In Azure's portal, Networking, Access restrictions: allow the addresses of the visitors.",
            ],
        ),
    },
    Row {
        signs: &[Says("server", "awselb"), Status(403)],
        known: blocked(
            "AWS WAF, at the load balancer, refuses {}",
            &[
                "Find the rule in the web ACL's sampled requests, and exclude the path /socket.io/ from it.",
            ],
        ),
    },
    Row {
        signs: &[Says("server", "AkamaiGHost"), Status(403)],
        known: blocked(
            "Akamai refuses {}",
            &[
                "Look up the body's reference number in Akamai's Control Center (error codes), and exclude \
                 /socket.io/ from the rule that it names.",
                "The doctor is a program, and may be refused where browsers are not.",
            ],
        ),
    },
    Row {
        signs: &[Says("server", "Microsoft-Azure-Application-Gateway"), Status(403)],
        known: blocked(
            "Azure's web application firewall refuses {}",
            &[
                "Find the rule in the firewall's log, and add an exclusion, or a custom rule that allows \
                 the path /socket.io/.",
            ],
        ),
    },
    Row {
        signs: &[Status(403), Header("x-azure-ref")],
        known: blocked(
            "Azure Front Door refuses {}",
            &[
                "Find the rule in its WAF log, and add a custom rule that allows the path /socket.io/.",
            ],
        ),
    },
    Row {
        signs: &[Status(403), Body("Request forbidden by administrative rules")],
        known: blocked(
            "HAProxy refuses {} by a rule of its own",
            &[
                "Look for `http-request deny` (or `block`, `reject`) in the frontend and the backend, and except \
                 Socket.IO's path:",
                "  http-request deny if { … } !{ path_beg /socket.io/ }",
            ],
        ),
    },
    Row {
        signs: &[Body("mod_security")],
        known: blocked("ModSecurity refuses {}", &["{no ModSecurity}"]),
    },
    Row {
        signs: &[Body("Generated by Wordfence")],
        known: blocked(
            "Wordfence refuses {}",
            &["WordPress answers here. Exclude Socket.IO's path from Wordfence's firewall."],
        ),
    },
    Row {
        signs: &[Status(403), Says("server", "nginx"), Body("<center>nginx")],
        known: blocked(
            "nginx refuses {} with a page of its own",
            &[
                "In Socket.IO's server block and location, look for `deny`, `allow`, `return 403`, \
                 `valid_referers` and `if`, and allow the path:",
                "  location /socket.io/ { allow all; proxy_pass …; }",
                "nginx's error log says why. Without such a line, no location passes the request on, and \
                 nginx looks for a file (\"directory index … is forbidden\").",
            ],
        ),
    },
    Row {
        signs: &[Status(403), Says("server", "apache")],
        known: blocked(
            "Apache refuses {}",
            &[
                "Look for `Require` and `Deny` around Socket.IO's path (the error log says AH01630 or \
                 AH01276), and allow it:",
                "  <Location \"/socket.io/\">",
                "    Require all granted",
                "  </Location>",
            ],
        ),
    },
    Row {
        signs: &[Status(403), Body("\"timestamp\":"), Body("\"path\":"), Body("Forbidden")],
        known: blocked(
            "Spring refuses {}, as Spring Security does",
            &[
                "Let the path, and its POSTs, past Spring Security:",
                "  http.authorizeHttpRequests(it -> it.requestMatchers(\"/socket.io/**\").permitAll())",
                "    .csrf(it -> it.ignoringRequestMatchers(\"/socket.io/**\"));",
                "netty-socketio listens on a port of its own: does the client have that port?",
            ],
        ),
    },
    Row {
        signs: &[Status(403), Body("RBAC: access denied")],
        known: blocked(
            "Envoy refuses {} because of an access rule, such as Istio's AuthorizationPolicy",
            &[
                "Allow the path in the AuthorizationPolicy, for GET, POST and OPTIONS:",
                "  - to: [{ operation: { paths: [\"/socket.io/*\"] } }]",
            ],
        ),
    },
    Row {
        signs: &[Status(451)],
        known: blocked(
            "{} is answered 451: it is refused for legal reasons, for example by a geographic block",
            &["Exclude the path from the block, or ask from a country where it is allowed."],
        ),
    },
];
