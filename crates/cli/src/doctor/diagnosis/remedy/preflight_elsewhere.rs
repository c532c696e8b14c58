//! Settings with which gateways and platforms let preflights through.

use super::{paths::PATH_FILTER, preflight::socket_preflight};
use crate::doctor::{examination::Examination, software::Proxy};

/// The fix in what the answers name; in Socket.IO where that passes OPTIONS on.
pub(super) fn in_proxy(examination: &Examination, proxy: Proxy) -> Vec<String> {
    let page = &examination.target.page;
    let origin = &page.origin;
    let own = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    match proxy {
        Proxy::Express => {
            let credentials = if page.credentialed { ", credentials: true" } else { "" };
            vec![
                "Express answers OPTIONS (X-Powered-By), before Socket.IO gets it. Let its `cors` middleware \
                 allow the page, with every header that is asked for:"
                    .to_owned(),
                format!("  app.use(cors({{ origin: [\"{origin}\"]{credentials} }}));"),
                "Or mount the proxy before that middleware, so that Socket.IO answers OPTIONS itself:"
                    .to_owned(),
                "  app.use(createProxyMiddleware({ target: \"http://127.0.0.1:3000\", pathFilter: \
                 \"/socket.io\", ws: true }));"
                    .to_owned(),
                "  app.use(cors({ … }));".to_owned(),
                PATH_FILTER.to_owned(),
            ]
        }
        Proxy::ApiGateway => api_gateway(examination),
        Proxy::Kong => vec![
            "In Kong, let the route take OPTIONS (without `methods` it takes all), and let no plugin ask \
             preflights for a key (`run_on_preflight: false`):"
                .to_owned(),
            "  methods: [GET, POST, OPTIONS]".to_owned(),
            "Or let Kong answer them, with the plugin cors. It replaces the server's headers:".to_owned(),
            format!("  plugins: [{{ name: cors, config: {{ origins: [\"{origin}\"] }} }}]"),
        ],
        Proxy::Envoy => vec![
            "In Envoy, let Socket.IO's route match OPTIONS, and let no filter ask it for a token (ext_authz, \
             jwt_authn, RBAC). Or let it answer preflights. In Istio's VirtualService:"
                .to_owned(),
            format!(
                "  corsPolicy: {{ allowOrigins: [{{ exact: \"{origin}\" }}], allowHeaders: [{}] }}",
                page.unsafe_headers().join(", ")
            ),
        ],
        Proxy::Iis => own(&[
            "IIS answers OPTIONS itself. Let it pass them on, in web.config within <system.webServer>:",
            "  <handlers><remove name=\"OPTIONSVerbHandler\" /></handlers>",
            "With iisnode, its handler needs verb=\"*\".",
        ]),
        Proxy::CloudFront => own(&[
            "In CloudFront, in the behavior for /socket.io/*: allow the methods GET, HEAD, OPTIONS, PUT, PATCH, \
             POST, DELETE, with the cache policy CachingDisabled and the origin request policy AllViewer. Does \
             a function on it (CloudFront Functions, Lambda@Edge) answer OPTIONS?",
        ]),
        Proxy::Cloudflare => own(&[
            "In Cloudflare's dashboard: does a rule refuse OPTIONS (Security, Events shows it), or does a \
             Worker on the route answer it? Cloudflare itself passes OPTIONS on.",
            "Otherwise a proxy behind Cloudflare answers. In nginx, in Socket.IO's location, delete",
            "  if ($request_method = OPTIONS) { return 204; }",
        ]),
        Proxy::Varnish | Proxy::Fastly => vec![
            format!("In {}'s VCL, in vcl_recv, before anything that answers OPTIONS:", proxy.name()),
            "  if (req.method == \"OPTIONS\") { return (pass); }".to_owned(),
        ],
        Proxy::LiteSpeed => own(&[
            "In LiteSpeed's .htaccess, take OPTIONS out of the rules that refuse or answer it \
             (`<LimitExcept GET POST>`, `RewriteCond %{REQUEST_METHOD}`). Socket.IO then answers it.",
        ]),
        Proxy::AwsBalancer => own(&[
            "If a rule of the AWS load balancer asks for a login (authenticate-oidc), add one with a smaller \
             number that forwards OPTIONS:",
            "  aws elbv2 create-rule --listener-arn LISTENER --priority 1 --conditions \
             Field=http-request-method,HttpRequestMethodConfig={Values=[OPTIONS]} --actions \
             Type=forward,TargetGroupArn=GROUP",
        ]),
        Proxy::Azure => own(&[
            "Azure's App Service answers OPTIONS itself if its list under API, CORS has an entry. Empty that \
             list, and Socket.IO answers; or add the page:",
            &format!("  az webapp cors add --name APP --resource-group GROUP --allowed-origins {origin}"),
            "If it asks for a login (Authentication), exclude /socket.io/.",
        ]),
        Proxy::FrontDoor => own(&[
            "In Azure's Front Door: does a rule set or the web application firewall's policy refuse or answer \
             OPTIONS? Front Door itself passes it on.",
        ]),
        Proxy::GoogleCloud => own(&[
            "Google Cloud asks for a login where not everyone may call the service, and a preflight has none. \
             Cloud Run:",
            "  gcloud run services add-iam-policy-binding SERVICE --member=allUsers \
             --role=roles/run.invoker",
        ]),
        Proxy::Vercel => own(&[
            "On Vercel: Deployment Protection lets preflights past with its OPTIONS Allowlist. A function that \
             answers OPTIONS has to send the poll's CORS headers.",
        ]),
        Proxy::Netlify => own(&[
            "On Netlify, a function or an edge function for the path answers OPTIONS: let it pass OPTIONS on, \
             or give the client the URL of the Socket.IO server itself.",
        ]),
        Proxy::Gunicorn
        | Proxy::Passenger
        | Proxy::Heroku
        | Proxy::Fly
        | Proxy::Render
        | Proxy::Railway => {
            let mut lines = vec![format!(
                "{} passes OPTIONS on, so something in the app answers it before Socket.IO.",
                proxy.name()
            )];
            lines.extend(socket_preflight(examination));
            lines
        }
        // They have lines of their own.
        Proxy::Nginx | Proxy::Apache | Proxy::Caddy | Proxy::Haproxy => Vec::new(),
    }
}

/// First as the kind of API that answers is told: an HTTP API names its requests in a header of its own.
fn api_gateway(examination: &Examination) -> Vec<String> {
    let page = &examination.target.page;
    let names = page.unsafe_headers().join(",");
    let headers = if names.is_empty() { String::new() } else { format!(",AllowHeaders={names}") };
    let credentials = if page.credentialed { ",AllowCredentials=true" } else { "" };
    let rest = [
        "A REST API of API Gateway answers OPTIONS only if Socket.IO's resource has a method OPTIONS or ANY, \
         and lets it pass only if that wants no authorization and no API key:"
            .to_owned(),
        "  aws apigateway put-method --rest-api-id API --resource-id RESOURCE --http-method OPTIONS \
         --authorization-type NONE"
            .to_owned(),
        "  aws apigateway put-integration --rest-api-id API --resource-id RESOURCE --http-method OPTIONS --type \
         HTTP_PROXY --integration-http-method OPTIONS --uri https://api.example.com/socket.io/"
            .to_owned(),
        "  aws apigateway create-deployment --rest-api-id API --stage-name STAGE".to_owned(),
    ];
    let http = [
        "An HTTP API of API Gateway can answer preflights itself. Its CORS headers then replace the server's:"
            .to_owned(),
        format!(
            "  aws apigatewayv2 update-api --api-id API --cors-configuration \
             AllowOrigins={},AllowMethods=GET,POST{headers}{credentials}",
            page.origin
        ),
    ];
    let is_http = examination.exchanges.iter().any(|it| it.header("apigw-requestid").is_some());
    if is_http {
        http.into_iter().chain(rest).collect()
    } else {
        rest.into_iter().chain(http).collect()
    }
}
