//! Answers of proxies and load balancers that do not reach the server behind them.

use super::{
    Row,
    Sign::{Body, Header, Is, Lacks, Says, Status},
    outages::down,
};

const GOOGLE: &[&str] = &[
    "Are the backend's health checks green (the path answers 200; the firewall lets 130.211.0.0/22 and \
     35.191.0.0/16 in)? Is its port the server's? A poll takes up to 25 s and a WebSocket lasts for hours, \
     and the backend's timeout, 30 s by default, ends both.",
    "  gcloud compute backend-services update BACKEND --timeout 86400s",
];

const IIS: &[&str] = &[
    "Is the Node server running, on the port of the rule in web.config, and is the application pool \
     started? iisnode needs the named pipe of the environment:",
    "  httpServer.listen(process.env.PORT);",
    "Application Request Routing: Server Proxy Settings, Enable proxy. Its time-out has to be longer than \
     a poll, which takes up to 25 s.",
];

const APPLICATION_GATEWAY: &[&str] = &[
    "Its health probe asks for / unless it is told otherwise, and wants 200 to 399. A Socket.IO server \
     that has nothing at / does not answer that, and so the gateway takes it for down. Let the probe ask \
     Socket.IO:",
    "  az network application-gateway probe create --gateway-name GATEWAY --resource-group GROUP --name \
     socket-io --protocol Http --host-name-from-http-settings true --path \
     '/socket.io/?EIO=4&transport=polling'",
    "  az network application-gateway http-settings update --gateway-name GATEWAY --resource-group GROUP \
     --name SETTINGS --probe socket-io",
    "This prints what the gateway has against each server:",
    "  az network application-gateway show-backend-health --name GATEWAY --resource-group GROUP",
    "If the probe is not the reason: does a network security group let the gateway's subnet in, are the \
     port and the protocol of the backend settings the server's, and does the gateway trust its \
     certificate?",
];

pub(super) const ROWS: &[Row] = &[
    Row {
        signs: &[Status(502), Says("server", "Microsoft-Azure-Application-Gateway")],
        known: down(
            "Azure Application Gateway answers {} 502: none of the servers behind it is healthy, or \
             answers as it should",
            APPLICATION_GATEWAY,
        ),
    },
    Row {
        signs: &[Status(504), Says("server", "Microsoft-Azure-Application-Gateway")],
        known: down(
            "Azure Application Gateway answers {} 504: the server behind it does not answer in time",
            &[
                "A poll may last 25 s, and the gateway waits 20 s unless it is told otherwise (the request \
                 time-out of the backend settings):",
                "  az network application-gateway http-settings update --gateway-name GATEWAY \
                 --resource-group GROUP --name SETTINGS --timeout 60",
            ],
        ),
    },
    Row {
        signs: &[Status(504), Body("upstream request timeout")],
        known: down(
            "Envoy answers {} 504: the server behind it does not answer in time",
            &[
                "A poll may last 25 s, and Envoy's route waits 15 s unless it is told otherwise. In the route \
                 (Istio: in the VirtualService):",
                "  timeout: 60s",
            ],
        ),
    },
    Row {
        signs: &[Body("no healthy upstream")],
        known: down(
            "Envoy answers {}: no server behind it is healthy",
            &[
                "Are the server's health checks green, and do its pods run? A health check at /socket.io/ \
             has to ask for /socket.io/?EIO=4&transport=polling.",
            ],
        ),
    },
    Row {
        signs: &[Body("upstream connect error"), Body("WRONG_VERSION_NUMBER")],
        known: down(
            "Envoy answers {}: it speaks TLS to the server behind it, which speaks plain HTTP",
            &[
                "Let Envoy speak plain HTTP to that server. Envoy: no `transport_socket` in its cluster. \
                 Istio: a DestinationRule with",
                "  trafficPolicy: { tls: { mode: DISABLE } }",
                "Or give the server a certificate.",
            ],
        ),
    },
    Row {
        signs: &[Body("upstream connect error"), Body("CERTIFICATE_VERIFY_FAILED")],
        known: down(
            "Envoy answers {}: it does not trust the certificate of the server behind it",
            &[
                "The certificate has to come from an authority in the cluster's `validation_context`, and \
                 be for the name that Envoy asks by (`sni`).",
            ],
        ),
    },
    Row {
        signs: &[Body("upstream connect error"), Body("reset reason: protocol error")],
        known: down(
            "Envoy answers {}: the server behind it does not speak the version of HTTP that Envoy uses, \
             such as HTTP/2",
            &[
                "Let Envoy speak HTTP/1.1, as Socket.IO does. Istio: name the Service's port `http`, not \
                 `http2` or `grpc`. Cloud Run:",
                "  gcloud run services update SERVICE --no-use-http2",
            ],
        ),
    },
    Row {
        signs: &[Body("upstream connect error or disconnect/reset before headers")],
        known: down(
            "Envoy answers {}: it does not reach the server behind it",
            &[
                "Is the server up? Does the Service's targetPort name the port on which it listens, on \
                 every address?",
                "  httpServer.listen(3000, \"0.0.0.0\");",
            ],
        ),
    },
    Row {
        signs: &[Body("No server is available to handle this request")],
        known: down(
            "HAProxy answers {} 503: no server of the backend is up",
            &[
                "Is the server running, at the address of its `server` line? A health check (`option \
                 httpchk`) has to ask for something that answers 200:",
                "  option httpchk GET /socket.io/?EIO=4&transport=polling",
            ],
        ),
    },
    Row {
        signs: &[Header("x-squid-error")],
        known: down(
            "Squid answers {}: it does not reach the server",
            &["The header x-squid-error says why. ERR_DNS_FAIL: Squid does not know the name. \
             ERR_CONNECT_FAIL: nothing listens there, or a firewall is between. Squid may belong to the \
             network that you are in: does it fail from another network too?"],
        ),
    },
    Row {
        signs: &[Body("Guru Meditation")],
        known: down(
            "Varnish answers {}: the server behind it does not answer",
            &[
                "Is the backend healthy (`varnishadm backend.list`)? Let Socket.IO past the cache, in \
                 vcl_recv:",
                "  if (req.url ~ \"^/socket.io/\") { return (pipe); }",
            ],
        ),
    },
    Row {
        signs: &[Status(502), Says("server", "awselb")],
        known: down(
            "the AWS load balancer answers {} 502: a target closed the connection, or did not speak HTTP",
            &[
                "Is the target group's protocol (HTTP) the server's? The server has to keep connections \
                 for longer than the balancer's idle timeout:",
                "  httpServer.keepAliveTimeout = 65_000;",
            ],
        ),
    },
    Row {
        signs: &[Status(503), Says("server", "awselb")],
        known: down(
            "the AWS load balancer answers {} 503: its target group has no registered target in use",
            &[
                "Register the instance or the task, with the port on which the server listens. ECS does it by itself \
                 if the service names the target group, and takes a task whose health check fails out again: look \
                 at the service's events.",
                "  aws elbv2 register-targets --target-group-arn GROUP --targets Id=INSTANCE,Port=3000",
                "  aws elbv2 describe-target-health --target-group-arn GROUP",
                "A health check has to ask for what the server answers with 200:",
                "  aws elbv2 modify-target-group --target-group-arn GROUP --health-check-path \
                 '/socket.io/?EIO=4&transport=polling'",
            ],
        ),
    },
    Row {
        signs: &[Status(504), Says("server", "awselb")],
        known: down(
            "the AWS load balancer answers {} 504: the target does not answer in time",
            &[
                "Does the target's security group let the balancer in, on the target's port? A poll takes \
                 up to 25 s: the idle timeout has to be longer (60 s).",
            ],
        ),
    },
    Row {
        signs: &[Status(464), Says("server", "awselb")],
        known: down(
            "the AWS load balancer answers {} 464: it speaks HTTP/2 or gRPC to its target group",
            &[
                "The target group's protocol version has to be HTTP1. It cannot be changed: make another \
                 group.",
                "  aws elbv2 create-target-group --protocol HTTP --protocol-version HTTP1 …",
            ],
        ),
    },
    Row {
        signs: &[Status(502), Is("Bad Gateway")],
        known: down(
            "Traefik answers {} 502: it does not reach the server behind it",
            &[
                "Is the server up, and in a network of Traefik's? Which port does it listen on, on every \
                 address? In the container's labels:",
                "  traefik.http.services.io.loadbalancer.server.port=3000",
            ],
        ),
    },
    Row {
        signs: &[Status(503), Is("no available server")],
        known: down(
            "Traefik answers {} 503: no server of the service is healthy",
            &[
                "Look at the service in Traefik's dashboard, and at its health check. One at /socket.io/ has to \
                 ask for /socket.io/?EIO=4&transport=polling.",
            ],
        ),
    },
    Row {
        signs: &[Body("An invalid response was received from the upstream server")],
        known: down(
            "Kong answers {}: it does not reach the server behind it",
            &["Is the server up? Do the Kong service's host, port and protocol lead to it?"],
        ),
    },
    Row {
        signs: &[Body("Our services aren't available right now")],
        known: down(
            "Azure Front Door answers {}: it does not reach the server behind it",
            &[
                "Is the origin group's server up, and healthy by its probe? A probe of /socket.io/ has to ask \
                 for /socket.io/?EIO=4&transport=polling. The server's certificate has to be valid for the \
                 origin's host name.",
            ],
        ),
    },
    Row {
        signs: &[Body("Fastly error: unknown domain")],
        known: down(
            "Fastly answers {}: no service has that host",
            &["Add the host to the domains of the Fastly service, and activate the new version."],
        ),
    },
    Row {
        signs: &[Status(502), Says("via", "google")],
        known: down("Google's load balancer answers {} 502: no backend takes the request", GOOGLE),
    },
    Row {
        signs: &[Status(503), Says("via", "google")],
        known: down("Google's load balancer answers {} 503: no backend takes the request", GOOGLE),
    },
    Row {
        signs: &[Body("The request could not be satisfied")],
        known: down(
            "CloudFront answers {} with an error of its own",
            &[
                "Does the origin of the behavior for /socket.io/* answer by itself, with the protocol and \
                 on the port that CloudFront uses? Its certificate has to be valid for the origin's name.",
            ],
        ),
    },
    // An Ingress of nginx leaves its name out of the headers, and answers so where a service has no pod.
    Row {
        signs: &[Status(503), Lacks("server"), Body("<center>nginx</center>")],
        known: down(
            "nginx answers {} 503 with a page of its own, as an Ingress does for a Service without a pod",
            &[
                "Does the Service's selector match the pods, and are they ready? The Ingress names the \
                 Service's port, and the Service the container's (targetPort):",
                "  kubectl get endpoints SERVICE",
            ],
        ),
    },
    Row {
        signs: &[Status(502), Lacks("server"), Body("<center>nginx</center>")],
        known: down(
            "nginx answers {} 502 with a page of its own: it does not reach the server behind it",
            &[
                "Is the server up? Does `proxy_pass` have its address and port? With an Ingress: does the \
                 Service's targetPort name the port on which the container listens, on every address?",
                "  httpServer.listen(3000, \"0.0.0.0\");",
            ],
        ),
    },
    Row {
        signs: &[Says("server", "Microsoft-IIS"), Status(502)],
        known: down("IIS answers {} 502: it does not reach the server behind it", IIS),
    },
    Row {
        signs: &[Says("server", "Microsoft-IIS"), Status(503)],
        known: down("IIS answers {} 503: the application pool is stopped", IIS),
    },
    Row {
        signs: &[Status(503), Body("The service is unavailable.")],
        known: down("IIS, or Azure, answers {} 503: the application does not run", IIS),
    },
    Row {
        signs: &[Status(504), Body("Error occurred while trying to proxy")],
        known: down(
            "the proxy of a development server answers {}: it does not reach its target",
            &[
                "Is the Socket.IO server running, on the port of `target`? Node 18 and newer take \
                 localhost for ::1, where the server may not listen:",
                "  target: \"http://127.0.0.1:3000\"",
            ],
        ),
    },
    Row {
        signs: &[Status(421)],
        known: down(
            "{} is answered 421: the connection was made for another host",
            &[
                "The name in TLS (SNI) and the Host header differ. Does a proxy change only one of them?",
                "{one name}",
            ],
        ),
    },
];
