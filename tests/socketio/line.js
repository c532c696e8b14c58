// A line between the edge and an origin server that can be cut.
import { connect, createServer } from "node:net";

/** The connections of a line that is cut end in one of these ways. */
export const cuts = {
	refused: (socket) => socket.destroy(),
	reset: (socket) => socket.resetAndDestroy(),
	// Only a time limit ends that.
	silent: (socket) => socket.pause(),
};

/** Starts a line to a port of 127.0.0.1, whole at first. */
export async function startLine(port) {
	const pairs = new Set();
	let cut;
	const server = createServer((near) => {
		near.on("error", () => {});
		if (cut !== undefined) {
			pairs.add([near]);
			cut(near);
			return;
		}
		const far = connect(port, "127.0.0.1").on("error", () => {});
		pairs.add([near, far]);
		near.pipe(far).pipe(near);
	});
	await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	return {
		url: `http://127.0.0.1:${address.port}`,
		/** Cuts what there is and what comes, as one of `cuts` does. */
		async cut(how) {
			cut = cuts[how];
			for (const [near, far] of pairs) {
				far?.unpipe(near).pause();
				near.unpipe();
				cut(near);
				if (how !== "silent") far?.destroy();
			}
			if (how === "refused") await new Promise((resolve) => server.close(resolve));
		},
		/** Mends it. What was cut stays so. */
		async mend() {
			cut = undefined;
			if (!server.listening) {
				await new Promise((resolve) => server.listen(address.port, "127.0.0.1", resolve));
			}
		},
		stop() {
			for (const socket of [...pairs].flat()) socket.destroy();
			return new Promise((resolve) => server.close(resolve));
		},
	};
}
