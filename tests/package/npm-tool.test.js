// The tool of the npm package passes the tests of cargo's: it is the same Rust, on Node. Of those of
// `doctor`, how servers are reached or not (what they answer is read by Rust), and what is printed; of
// `publish`, how wranglers are run that go wrong (package.test.js runs a real one); of `learn`, all: it
// reads and writes files, shows its progress and asks Cloudflare.
process.env.SOCKETIO_CORS = "npm";

await import("../tool/publish-faults.test.js");
await import("../tool/learn.test.js");
await import("../doctor/output.test.js");
await import("../doctor/reach.test.js");
await import("../doctor/sessions.test.js");
