// The tool of the npm package passes the tests of cargo's: it is the same Rust, on Node. Of those of
// `doctor`, what touches the network in every way that it does, and what is printed.
process.env.SOCKETIO_CORS = "npm";

await import("../tool/publish-faults.test.js");
await import("../tool/publish.test.js");
await import("../doctor/answers.test.js");
await import("../doctor/output.test.js");
await import("../doctor/reach.test.js");
await import("../doctor/recording.test.js");
await import("../doctor/worker.test.js");
