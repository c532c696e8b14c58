// The policy document in the local KV, through the API of the Local Explorer that
// `wrangler dev` has, as each `wrangler kv` takes seconds.
// https://developers.cloudflare.com/workers/development-testing/local-explorer/
const binding = "POLICY";
const key = "policy";

/** Resolves to the document's text; to `undefined` if there is none. `edge` is the URL of `wrangler dev`. */
export async function readPolicy(edge) {
	const answer = await ask(await urlOfPolicy(edge));
	return answer.status === 404 ? undefined : (await good(answer)).text();
}

/** Puts `bytes` as the document. */
export async function putPolicy(edge, bytes) {
	await good(await ask(await urlOfPolicy(edge), { method: "PUT", body: bytes }));
}

async function urlOfPolicy(edge) {
	const namespaces = `${edge}/cdn-cgi/explorer/api/storage/kv/namespaces`;
	const { result } = await (await good(await ask(namespaces))).json();
	const namespace = result.find(({ title }) => title === binding);
	if (!namespace) throw new Error(`there is no local KV namespace ${binding}`);
	return `${namespaces}/${namespace.id}/values/${key}`;
}

async function ask(url, options) {
	try {
		return await fetch(url, options);
	} catch {
		throw new Error("the local KV, which wrangler dev has, does not answer");
	}
}

async function good(answer) {
	if (!answer.ok) throw new Error(`the local KV answered ${answer.status}: ${await answer.text()}`);
	return answer;
}
