// A wrangler whose KV is a JSON file, and which goes wrong as it is told:
//
//   node fake-wrangler.js <file> <fault as JSON> kv bulk get|put <file of keys or pairs> …
//
// read         what reading does instead: "fails", or answers "nonsense"
// readLater    the same, once something was written
// meanwhile    what somebody else puts under `policy` after each reading
// write        what writing does in the end: "fails"
// writes       the keys that are written for all that; all of them if absent
// writesLater  the same, once something was written
// instead      what is then put under `policy`
// once         whether only the first write goes wrong
import { readFileSync, writeFileSync } from "node:fs";

const [path, faultText, , , command, argument] = process.argv.slice(2);
const fault = JSON.parse(faultText);
const store = JSON.parse(readFileSync(path, "utf8"));
const given = JSON.parse(readFileSync(argument, "utf8"));
const isFirst = store.puts === 0;

if (command === "get") get();
else put();

function get() {
	const wrong = isFirst ? fault.read : (fault.readLater ?? fault.read);
	if (wrong === "fails") fail();
	if (wrong === "nonsense") return console.log("Value not found");
	console.log("▲ [WARNING] {this} is no answer\n");
	const values = given.map((key) => [key, { value: store.values[key] ?? null }]);
	console.log(JSON.stringify(Object.fromEntries(values)));
	if (fault.meanwhile) store.values.policy = fault.meanwhile;
	save();
}

function put() {
	const { writes, writesLater = writes, instead, write } = isFirst || !fault.once ? fault : {};
	const written = isFirst ? writes : writesLater;
	for (const { key, value } of given) {
		if (written?.includes(key) ?? true) store.values[key] = value;
	}
	if (instead) store.values.policy = instead;
	store.puts += 1;
	save();
	if (write === "fails") fail();
}

function save() {
	writeFileSync(path, JSON.stringify(store));
}

function fail() {
	console.error("\u001b[31m✘ [ERROR] no \u202enetwork\u001b[0m");
	process.exit(1);
}
