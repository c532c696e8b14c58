// A wrangler whose KV is a JSON file, and which goes wrong as it is told:
//
//   node fake-wrangler.js <file> <fault as JSON> kv bulk get|put|delete <file of keys or pairs> …
//   node fake-wrangler.js <file> <fault as JSON> kv key list --prefix <prefix> …
//   node fake-wrangler.js <file> <fault as JSON> whoami --json …
//
// read         what reading does instead: "fails", or answers "nonsense"
// readLater    the same, once something was written
// list         what listing does instead: "fails", or answers "nonsense"
// delete       what deleting does instead: "fails"
// meanwhile    what somebody else puts under `policy` after each reading
// write        what writing does in the end: "fails"
// writes       which keys are written for all that: "policy", "kept" (of the history), or all if absent
// writesLater  the same, once something was written
// instead      what is then put under `policy`
// once         whether only the first write goes wrong
// stopsAfter   how many keys of a file are written or deleted before it fails, and says so by the thousand
//
// The file has `values`, `metadata` and `expirations` by key, how many `puts` there were, the `calls`, and
// the `accounts` of whoami.
import { readFileSync, writeFileSync } from "node:fs";

const [path, faultText, ...words] = process.argv.slice(2);
const fault = JSON.parse(faultText);
const empty = { values: {}, metadata: {}, expirations: {}, puts: 0, calls: [] };
const store = { ...empty, ...JSON.parse(readFileSync(path, "utf8")) };
const isFirst = store.puts === 0;
const given = () => JSON.parse(readFileSync(words[3], "utf8"));

const commands = {
	"kv bulk get": get,
	"kv bulk put": put,
	"kv bulk delete": remove,
	"kv key list": list,
};
store.calls.push(words.slice(0, 3).join(" "));
const command = words[0] === "whoami" ? whoami : commands[words.slice(0, 3).join(" ")];
command();

function get() {
	const wrong = isFirst ? fault.read : (fault.readLater ?? fault.read);
	if (wrong === "fails") fail();
	if (wrong === "nonsense") return console.log("Value not found");
	console.log("▲ [WARNING] {this} is no answer\n");
	const values = given().map((key) => [key, { value: store.values[key] ?? null }]);
	console.log(JSON.stringify(Object.fromEntries(values)));
	if (fault.meanwhile) store.values.policy = fault.meanwhile;
	save();
}

function list() {
	if (fault.list === "fails") fail();
	if (fault.list === "nonsense") return console.log("No keys");
	const prefix = words[words.indexOf("--prefix") + 1];
	const names = Object.keys(store.values).filter((name) => name.startsWith(prefix));
	const keys = names.sort().map((name) => ({
		name,
		metadata: store.metadata[name],
		expiration: store.expirations[name],
	}));
	console.log("▲ [WARNING] [this] is no answer\n");
	console.log(JSON.stringify(keys, null, 2));
	save();
}

function put() {
	const { writes, writesLater = writes, instead, write } = isFirst || !fault.once ? fault : {};
	const written = isFirst ? writes : writesLater;
	const isKept = (key) => key.includes("@history:");
	for (const { key, value, metadata, expiration_ttl: ttl } of upToTheStop("Uploaded")) {
		if (!(written?.includes(isKept(key) ? "kept" : key) ?? true)) continue;
		store.values[key] = value;
		store.metadata[key] = metadata;
		store.expirations[key] = ttl && Math.floor(Date.now() / 1000) + ttl;
	}
	if (instead) store.values.policy = instead;
	store.puts += 1;
	save();
	if (write === "fails" || fault.stopsAfter !== undefined) fail();
}

/** The items of the file that are sent, of which wrangler says how many there are. */
function upToTheStop(done) {
	const items = given();
	const { stopsAfter = items.length } = fault;
	for (let sent = 0; sent <= stopsAfter && items.length > 1000; sent += 1000) {
		const [some, all] = [sent, items.length].map((count) => count.toLocaleString("en"));
		console.log(`${done} ${Math.floor((100 * sent) / items.length)}% (${some} out of ${all})`);
	}
	return items.slice(0, stopsAfter);
}

function remove() {
	if (fault.delete === "fails") fail();
	if (!words.includes("--force")) throw new Error("it asks");
	for (const key of upToTheStop("Deleted")) {
		delete store.values[key];
		delete store.metadata[key];
	}
	save();
	if (fault.stopsAfter !== undefined) fail();
}

function whoami() {
	if (!store.accounts) fail();
	console.log(JSON.stringify({ loggedIn: true, accounts: store.accounts }, null, 2));
}

function save() {
	writeFileSync(path, JSON.stringify(store));
}

function fail() {
	console.error("\u001b[31m✘ [ERROR] no \u202enetwork\u001b[0m");
	process.exit(1);
}
