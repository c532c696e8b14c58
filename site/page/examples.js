// Documents to try, and the request that is explained at first.
import appsAndDevices from "../../examples/apps-and-devices.json";
import routes from "../../examples/hosts-and-routes/policy.json";
import oneApp from "../../examples/one-app.json";
import socketIo2 from "../../examples/socket.io-2.json";
import previews from "../../examples/staging-wildcards.json";
import tenants from "../../examples/tenants.json";

/** The API that requests go to. */
export const api = "https://api.example.com";

/** Origins to ask about. */
export const origins = [
	"https://app.example.com",
	"https://evil.example",
	"https://pr-1.staging.example.com",
	"http://localhost:5173",
	"capacitor://localhost",
	"null",
	api,
];

const mistakes = `{
  origin: [
    'https://app.example.com/',
    '*.example.org',
  ],
  credential: true,
}
`;

/** Their names and texts. */
export const examples = Object.entries({
	"One app": oneApp,
	Previews: previews,
	"Apps and devices": appsAndDevices,
	"Customers’ domains": tenants,
	Routes: routes,
	"Socket.IO 2": socketIo2,
	"Three mistakes": mistakes,
	// Their `$schema` is where they are in the project.
}).map(([name, text]) => ({ name, text: text.replace(/^\t"\$schema": .*\n/m, "") }));

/** The page's first document. */
export const first = {
	document: examples[0].text,
	request: { origin: origins[0], path: "/socket.io/?EIO=4&transport=polling" },
};
