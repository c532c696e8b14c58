//! Refusals of what stands before Socket.IO: firewalls, checks of the host.

use super::{
    Known, Row,
    Sign::{Body, Header, Says, Status},
};
use crate::doctor::finding::Code;

const fn blocked(says: &'static str, fix: &'static [&'static str]) -> Known {
    Known { code: Code::Blocked, says, fix }
}

const HOST: Known = blocked(
    "the server refuses {} for the host that it is asked by",
    &[
        "The server has a list of the hosts that it serves: add this one. In Vite, in vite.config.js:",
        "  server: { allowedHosts: [\"api.example.com\"] }",
        "webpack-dev-server: `allowedHosts`. Django: ALLOWED_HOSTS. Rails: config.hosts.",
        "Or let the proxy hand on the host that it knows. In nginx:",
        "  proxy_set_header Host $proxy_host;",
    ],
);

const AIRPLAY: Known = blocked(
    "the AirPlay Receiver of macOS answers {}: it has that port, and no server of yours",
    &[
        "Let the server listen on another port than 5000 and 7000, and give the client that one:",
        "  httpServer.listen(3000);",
        "  io(\"http://localhost:3000\")",
        "Or turn the receiver off: System Settings, General, AirDrop & Handoff.",
    ],
);

const LARGE: Known = blocked(
    "the headers of {} are larger than the server, or a proxy before it, takes",
    &[
        "It is the cookies nearly always, of this host and of the domains above it: delete those that the \
         page no longer needs, and keep tokens small. Whoever has them may be refused where others, and \
         the doctor without --cookie, are not.",
        "Or take larger ones. In nginx, in the server block:",
        "  large_client_header_buffers 4 32k;",
        "In Node:",
        "  createServer({ maxHeaderSize: 32_768 }, app)",
    ],
);

const EXPRESS_CORS: Known = blocked(
    "the `cors` of Express refuses {}, which Socket.IO does not get",
    &[
        "Socket.IO answers its path before Express does, where both are on one server. Here it is not \
         attached to the server that listens:",
        "  const httpServer = createServer(app);",
        "  const io = new Server(httpServer, { … });",
        "  httpServer.listen(3000); // not app.listen(3000)",
        "Socket.IO has a list of origins of its own, the option `cors`: that of Express is for its routes.",
    ],
);

const STARLETTE: Known = blocked(
    "the CORSMiddleware of Starlette or FastAPI refuses {}, by lists of its own (the body says which)",
    &[
        "Let python-socketio be around the application, and not within the middleware: it answers its own \
         requests, preflights too.",
        "  app = socketio.ASGIApp(sio, other_asgi_app=app)",
        "Or list the page there, with the headers that it sends, and let python-socketio set no header:",
        "  app.add_middleware(CORSMiddleware, allow_origins=[\"{origin}\"], allow_methods=[\"GET\", \"POST\"], \
         allow_headers=[\"*\"], allow_credentials=True)",
        "  sio = socketio.AsyncServer(async_mode=\"asgi\", cors_allowed_origins=[])",
    ],
);

const SPRING_CORS: Known = blocked(
    "the CORS settings of Spring refuse {}: the page's origin, a method or a header is not in them",
    &[
        "Add the page to the list, in the CorsConfiguration (or @CrossOrigin):",
        "  configuration.setAllowedOrigins(List.of(\"{origin}\"));",
        "netty-socketio listens on a port of its own, and does not look at Spring's settings: is it that \
         port that the client has? Spring Cloud Gateway has its list in application.yml, under globalcors.",
    ],
);

const DJANGO_HOST: Known = blocked(
    "Django answers {} 400, as it does for a host that is not among its ALLOWED_HOSTS",
    &[
        "Add the host that it is asked by, in settings.py:",
        "  ALLOWED_HOSTS = [\"api.example.com\"]",
        "Its log says \"Invalid HTTP_HOST header\" then. It should not be Django that answers Socket.IO's \
         path; python-socketio has to be before it. In wsgi.py:",
        "  application = socketio.WSGIApp(sio, get_wsgi_application())",
    ],
);

const FIREWALL: Known = blocked(
    "a firewall for web applications refuses {}, with a page of its own",
    &[
        "The page has a number (support ID, incident ID): the firewall's log has the rule under it. Leave \
         Socket.IO's path (/socket.io/) out of that rule, for GET, POST and OPTIONS.",
        "It may be the firewall of the network that you are in: does it fail from another network too?",
    ],
);

const NETWORK: Known = blocked(
    "a proxy on the way refuses {}, as a company's does that lists what may be asked",
    &[
        "Is it the proxy of the network that you are in? Ask its administrators to allow the host, or ask \
         from another network: the server is not asked then, and has nothing to change.",
        "If it stands before the server (Squid as an accelerator), allow the path there: `http_access \
         allow`.",
    ],
);

const METADATA: Known = blocked(
    "a check against cross-site requests refuses {}, by Sec-Fetch-Site",
    &[
        "Let Socket.IO's path past that check, or name the page's origin to it. In Go:",
        "  protection := http.NewCrossOriginProtection()",
        "  protection.AddTrustedOrigin(\"{origin}\")",
        "Or leave the path out of it:",
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

pub(super) const ROWS: &[Row] = &[
    Row { signs: &[Status(403), Body("cross-origin request detected")], known: METADATA },
    Row { signs: &[Status(400), Body("Disallowed CORS")], known: STARLETTE },
    Row { signs: &[Status(403), Body("Invalid CORS request")], known: SPRING_CORS },
    Row { signs: &[Status(500), Body("Not allowed by CORS")], known: EXPRESS_CORS },
    // Firewalls for web applications, which answer with any status.
    Row { signs: &[Body("The requested URL was rejected. Please consult")], known: FIREWALL },
    Row { signs: &[Body("Incapsula incident ID")], known: FIREWALL },
    Row { signs: &[Body("Sucuri Website Firewall")], known: FIREWALL },
    Row { signs: &[Body("Web Page Blocked")], known: FIREWALL },
    Row { signs: &[Says("x-squid-error", "ERR_ACCESS_DENIED")], known: NETWORK },
    Row { signs: &[Status(403), Says("server", "Zscaler")], known: NETWORK },
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
                "Look at the rules of AWS WAF (sampled requests), at geographic restrictions, and at \
               whether the host is among the distribution's alternate domain names.",
            ],
        ),
    },
    Row {
        signs: &[Status(403), Header("x-amzn-requestid"), Body("Missing Authentication Token")],
        known: Known {
            code: Code::NotSocketIo,
            says: "AWS API Gateway has no route for {} (\"Missing Authentication Token\" says so)",
            fix: &[
                "Add a route for /socket.io/{proxy+}, or write the stage's path into the client's \
                    `path` (/prod/socket.io/). An API Gateway of HTTP or REST passes no WebSocket on: \
                    a load balancer does.",
            ],
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
            &["An API key, an authorizer or a web ACL is in the way: leave /socket.io/ out of it."],
        ),
    },
    Row {
        signs: &[Says("server", "AkamaiGHost"), Status(403)],
        known: blocked(
            "Akamai refuses {}",
            &[
                "Look up the reference number of the body in Akamai's Control Center (error codes), \
               and leave /socket.io/ out of the rule that it names.",
            ],
        ),
    },
    Row {
        signs: &[Says("server", "Microsoft-Azure-Application-Gateway"), Status(403)],
        known: blocked(
            "Azure's web application firewall refuses {}",
            &[
                "Look into the firewall's log for the rule, and add an exclusion or a custom rule that \
               allows the path /socket.io/.",
            ],
        ),
    },
    Row {
        signs: &[Status(403), Header("x-azure-ref")],
        known: blocked(
            "Azure Front Door refuses {}",
            &["Look into its WAF log for the rule, and add a custom rule that allows the path \
               /socket.io/."],
        ),
    },
    Row {
        signs: &[Body("mod_security")],
        known: blocked(
            "ModSecurity refuses {}",
            &[
                "In Apache, for Socket.IO's path:",
                "  <Location \"/socket.io/\">",
                "    SecRuleEngine Off",
                "  </Location>",
            ],
        ),
    },
    Row {
        signs: &[Body("Generated by Wordfence")],
        known: blocked(
            "Wordfence refuses {}",
            &["Leave the path out of Wordfence's firewall: it is WordPress that answers here."],
        ),
    },
    Row {
        signs: &[Status(403), Says("server", "nginx"), Body("<center>nginx")],
        known: blocked(
            "nginx refuses {} with a page of its own",
            &[
                "Look for `deny`, `allow`, `return 403`, `valid_referers` and `if` in the server and \
                 the location of Socket.IO, and let it through:",
                "  location /socket.io/ { allow all; proxy_pass …; }",
                "Its error log says why. If there is no such line: no location passes the request on, \
                 and nginx looks for a file of that name (\"directory index … is forbidden\").",
            ],
        ),
    },
    Row {
        signs: &[Status(403), Says("server", "apache")],
        known: blocked(
            "Apache refuses {}",
            &[
                "Look for `Require` and `Deny` around Socket.IO's path (its error log says \
                 AH01630 or AH01276), and let it through:",
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
                "netty-socketio listens on a port of its own: is it that one that the client has?",
            ],
        ),
    },
    Row {
        signs: &[Status(403), Body("RBAC: access denied")],
        known: blocked(
            "Envoy refuses {} by its rules of access, as Istio's AuthorizationPolicy has it",
            &[
                "Let the path in by a rule of the AuthorizationPolicy, for GET, POST and OPTIONS:",
                "  - to: [{ operation: { paths: [\"/socket.io/*\"] } }]",
            ],
        ),
    },
    Row {
        signs: &[Status(451)],
        known: blocked(
            "{} is answered 451: it is refused for legal reasons, as by a geographic block",
            &["Let the path out of the geographic block, or ask from where it is allowed."],
        ),
    },
];
