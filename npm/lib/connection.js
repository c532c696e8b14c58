// A connection for `doctor`: DNS, TCP and TLS, each within the time of its step, as in
// crates/cli/src/network/native/connection.rs.
import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { connect as connectTcp, isIP } from "node:net";
import tls from "node:tls";

/**
 * Connects to a host, in `timeout` milliseconds for all of it. What it reads and writes then has to be
 * done by then as well.
 */
export async function connect(host, port, isEncrypted, timeout) {
	const deadline = performance.now() + timeout;
	const addresses = await within(
		deadline,
		lookup(host, { all: true, order: "verbatim" }),
		"ENOTFOUND",
	);
	const tcp = await connectToOne(addresses, port, deadline);
	const socket = isEncrypted ? await encrypt(tcp, host, deadline) : tcp;
	return new Connection(socket, tcp, deadline);
}

/** Connects to the first of `addresses` that takes it. Each has its share of the time. */
async function connectToOne(addresses, port, deadline) {
	let last = failure("ETIMEDOUT");
	for (const [tried, { address }] of addresses.entries()) {
		const share = (deadline - performance.now()) / (addresses.length - tried);
		const socket = connectTcp({ host: address, port });
		try {
			await within(performance.now() + share, once(socket, "connect"));
			return socket;
		} catch (error) {
			socket.destroy();
			last = error;
		}
	}
	throw last;
}

async function encrypt(socket, host, deadline) {
	const encrypted = tls.connect({
		socket,
		host,
		...(isIP(host) ? {} : { servername: host }),
		// As a browser that wants a WebSocket.
		ALPNProtocols: ["http/1.1"],
		ca: trusted(),
	});
	try {
		await within(deadline, once(encrypted, "secureConnect"));
		return encrypted;
	} catch (error) {
		encrypted.destroy();
		if (error.cert) error.certificateNames = error.cert.subjectaltname;
		// So Node names a connection that ends in the handshake.
		if (error.code === "ECONNRESET" && !error.syscall) throw failure("ERR_CLOSED");
		throw error;
	}
}

/** The authorities that Node trusts, and those that the system trusts, such as a company's own. */
function trusted() {
	// Node 22.15 is the first that can tell.
	if (!tls.getCACertificates) return undefined;
	return [...tls.getCACertificates("default"), ...tls.getCACertificates("system")];
}

/** Bytes to and from a server. */
class Connection {
	#socket;
	#deadline;
	#chunks = [];
	#error;
	#isAtEnd = false;
	#wake = () => {};

	constructor(socket, tcp, deadline) {
		this.#socket = socket;
		this.#deadline = deadline;
		const { remoteAddress: address, remotePort, remoteFamily } = tcp;
		this.address =
			remoteFamily === "IPv6" ? `[${address}]:${remotePort}` : `${address}:${remotePort}`;
		this.isLoopback = address === "::1" || /^(::ffff:)?127\./.test(address);
		this.protocol = socket.getProtocol?.() ?? undefined;
		socket.setNoDelay?.(true);
		socket.on("data", (chunk) => {
			this.#chunks.push(chunk);
			socket.pause();
			this.#wake();
		});
		for (const end of ["end", "close"]) {
			socket.on(end, () => {
				this.#isAtEnd = true;
				this.#wake();
			});
		}
		socket.on("error", (error) => {
			this.#error = error;
			this.#wake();
		});
		socket.pause();
	}

	/** Resolves to the next bytes; to none at the end. */
	async read() {
		if (this.#chunks.length === 0 && !this.#isAtEnd && !this.#error) {
			const woken = new Promise((resolve) => {
				this.#wake = resolve;
			});
			this.#socket.resume();
			await within(this.#deadline, woken);
		}
		const chunk = this.#chunks.shift();
		if (chunk) return chunk;
		if (this.#error) throw this.#error;
		return new Uint8Array();
	}

	async write(bytes) {
		if (this.#error) throw this.#error;
		const written = new Promise((resolve, reject) => {
			this.#socket.write(bytes, (error) => (error ? reject(error) : resolve()));
		});
		await within(this.#deadline, written);
	}

	beDoneIn(milliseconds) {
		this.#deadline = performance.now() + milliseconds;
	}

	close() {
		this.#socket.destroy();
	}
}

/** `promise`, or a failure with `code` at the deadline. */
async function within(deadline, promise, code = "ETIMEDOUT") {
	let timer;
	const late = new Promise((_resolve, reject) => {
		timer = setTimeout(() => reject(failure(code)), Math.max(deadline - performance.now(), 0));
	});
	try {
		return await Promise.race([promise, late]);
	} finally {
		clearTimeout(timer);
	}
}

function failure(code) {
	return Object.assign(new Error(code), { code });
}
