// The tool of the npm package passes the tests of cargo's: it is the same Rust, on Node. Of those of
// `doctor`, what touches the network in every way that it does, and what is printed; of `publish` and
// `tenants`, all that needs no real wrangler, which package.test.js runs; of `learn`, all.
process.env.SOCKETIO_CORS = "npm";

await import("../tool/publish-faults.test.js");
await import("../tool/tenants-command.test.js");
await import("../tool/learn.test.js");
await import("../doctor/answers.test.js");
await import("../doctor/output.test.js");
await import("../doctor/reach.test.js");
await import("../doctor/sessions.test.js");
