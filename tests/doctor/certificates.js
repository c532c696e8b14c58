// Certificates for 127.0.0.1, right and wrong.
import { writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import forge from "node-forge";

const { pki } = forge;
const generate = promisify(pki.rsa.generateKeyPair);
const day = 86_400_000;

/** An authority that nobody knows. */
export async function createAuthority() {
	const keys = await generate({ bits: 2048 });
	const subject = [{ name: "commonName", value: "Authority of the tests" }];
	const root = certificate(keys.publicKey, { subject, issuer: subject, key: keys.privateKey }, [
		{ name: "basicConstraints", cA: true, critical: true },
		{ name: "keyUsage", keyCertSign: true, critical: true },
	]);
	return {
		/** Writes its certificate, for who is to trust it. */
		writeTo: (path) => writeFile(path, pki.certificateToPem(root)),
		/**
		 * `cert` and `key` of a server at `ip`, in PEM.
		 *
		 * @param {{ ip?: string, until?: number, withAuthority?: boolean, selfSigned?: boolean }} [options]
		 * `until` when, in days from now
		 */
		async issue({ ip = "127.0.0.1", until = 1, withAuthority, selfSigned } = {}) {
			const server = await generate({ bits: 2048 });
			const itself = [{ name: "commonName", value: "The server itself" }];
			const by = selfSigned
				? { subject: itself, issuer: itself, key: server.privateKey }
				: { subject: [], issuer: subject, key: keys.privateKey };
			const issued = certificate(server.publicKey, { ...by, until }, [
				{ name: "subjectAltName", critical: true, altNames: [{ type: 7, ip }] },
				{ name: "extKeyUsage", serverAuth: true },
			]);
			const chain = withAuthority ? [issued, root] : [issued];
			return {
				cert: chain.map((sent) => pki.certificateToPem(sent)).join(""),
				key: pki.privateKeyToPem(server.privateKey),
			};
		},
	};
}

function certificate(publicKey, { subject, issuer, key, until = 1 }, extensions) {
	const made = pki.createCertificate();
	made.publicKey = publicKey;
	// A positive number: the first bit is that of the sign.
	made.serialNumber = `01${forge.util.bytesToHex(forge.random.getBytesSync(8))}`;
	made.validity.notBefore = new Date(Date.now() - 30 * day);
	made.validity.notAfter = new Date(Date.now() + until * day);
	made.setSubject(subject);
	made.setIssuer(issuer);
	made.setExtensions(extensions);
	made.sign(key, forge.md.sha256.create());
	return made;
}
