// Tables of deployments with the findings of `socketio-cors doctor`.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until } from "../harness/process.js";
import { assertSays, useTool } from "../harness/tool.js";
import { page } from "./deployments.js";

export const error = (seen, fix) => ({ severity: "error", seen, fix });
export const danger = (seen, fix) => ({ severity: "danger", seen, fix });
export const warning = (seen, fix) => ({ severity: "warning", seen, fix });

/** The finding about every Socket.IO server: CORS does not stop foreign WebSockets. */
export const unguarded = {
	"foreign-websocket": warning(["101", "https://foreign.example"], "allowRequest"),
};

/** The same where there are no WebSockets. */
export const foreignPost = { "foreign-post": warning(["200", "https://foreign.example"]) };

/** The finding about a page that sets a header: a preflight for each poll. */
export const preflightForEachPoll = {
	"preflight-for-each-poll": warning("OPTIONS", "timestampRequests: false"),
};

/**
 * A test for each row. A row is a deployment, the options of the page that asks, and what is to
 * be found: all of it by code, the first as the first. Of each finding `seen` is in what is quoted as
 * evidence, whatever the case, and `fix` in what is to be changed: a text or several.
 *
 * @param {Record<string, {
 *   of: () => Promise<object>, asks?: string[] | ((deployment: object) => string[]),
 *   env?: () => object, leavesSessions?: boolean,
 *   finds: Record<string, { severity: string, seen?: string | string[], fix?: string | string[] }>,
 * }>} rows
 */
export function testFindings(rows) {
	let tool;
	before(async () => {
		tool = await useTool();
	});
	after(() => tool.remove());
	for (const [name, { of, finds, ...row }] of Object.entries(rows)) {
		test(name, async () => {
			const deployment = await of();
			try {
				const report = await examine(tool, deployment, finds, row);
				assertFinds(report, finds);
			} finally {
				await deployment.stop();
			}
		});
	}
}

/** Resolves to the report, in JSON, which has to keep what every report promises. */
async function examine(tool, deployment, finds, { asks = [], env, leavesSessions }) {
	const options = typeof asks === "function" ? asks(deployment) : asks;
	const args = ["doctor", deployment.url, "--json", ...options];
	if (!args.includes("--origin")) args.push("--origin", page);
	const expected = Object.values(finds);
	const status = expected.some(({ severity }) => severity !== "warning") ? 1 : 0;
	const report = JSON.parse((await tool.runApart(status, args, env?.())).stdout);
	assert.equal(report.good, expected.length === 0);
	assertIsWhole(report);
	assertIsLeftAlone(deployment, report);
	if (!leavesSessions) await assertIsLeftEmpty(deployment);
	return report;
}

function assertIsWhole({ findings, steps }) {
	const names = steps.map(({ name }) => name);
	for (const { code, severity, summary, evidence, why, fix, steps, ...rest } of findings) {
		for (const lines of [[summary], evidence, why, fix]) {
			assert.ok(lines.length > 0, code);
			for (const line of lines) assert.match(line, /\S/, code);
		}
		for (const step of steps) assert.ok(names.includes(step), `${code}: ${step}`);
		assert.deepEqual(rest, {}, code);
	}
}

function assertIsLeftAlone({ servers }, { steps }) {
	assert.ok(steps.length < 45, `${steps.length} steps`);
	const requests = servers.flatMap(({ seen }) => seen).length;
	assert.ok(requests < 45, `${requests} requests`);
}

/** Without the tool, a session would stay open for longer than this waits. */
async function assertIsLeftEmpty({ servers }) {
	const open = () => servers.reduce((sum, { io }) => sum + io.engine.clientsCount, 0);
	await until(`the end of ${open()} sessions`, () => open() === 0);
}

function assertFinds({ findings }, finds) {
	const list = (findings) => findings.map(({ severity, code }) => `${severity} ${code}`);
	const expected = Object.entries(finds).map(([code, finding]) => ({ code, ...finding }));
	const [found, wanted] = [list(findings), list(expected)];
	const told = JSON.stringify(findings, null, 1);
	assert.deepEqual(found.toSorted(), wanted.toSorted(), told);
	assert.deepEqual(found[0], wanted[0], told);
	assert.deepEqual(found, found.toSorted(bySeverity), "the worst are first");
	for (const { code, seen = [], fix = [] } of expected) {
		const { evidence, fix: lines } = findings.find((finding) => finding.code === code);
		assertSays(
			evidence.join("\n").toLowerCase(),
			...[seen].flat().map((part) => part.toLowerCase()),
		);
		assertSays(lines.join("\n"), ...[fix].flat());
	}
}

const severities = ["error", "danger", "warning"];
const bySeverity = (...findings) => {
	const [one, other] = findings.map((text) => severities.indexOf(text.split(" ")[0]));
	return one - other;
};

/**
 * A test for each row: of a deployment that is set up wrongly, what has to be the first finding,
 * what its fix has to say, and what may not be said anywhere in it.
 *
 * @param {Record<string, {
 *   of: () => Promise<object>, asks?: string[] | ((deployment: object) => string[]),
 *   env?: () => object, is: string, says?: string | string[], fix?: string | string[],
 *   not?: string | string[],
 * }>} rows `is` is a severity and a code
 */
export function testFirstFindings(rows) {
	let tool;
	before(async () => {
		tool = await useTool();
	});
	after(() => tool.remove());
	for (const [name, { of, asks = [], env, is, says = [], fix = [], not = [] }] of Object.entries(
		rows,
	)) {
		test(`${name}: ${is}`, async () => {
			const deployment = await of();
			try {
				const options = typeof asks === "function" ? asks(deployment) : asks;
				const args = ["doctor", deployment.url, "--json", ...options];
				if (!args.includes("--timeout")) args.push("--timeout", "3");
				if (!args.includes("--origin")) args.push("--origin", page);
				const { stdout } = await tool.runApart([0, 1], args, env?.());
				const [first] = JSON.parse(stdout).findings;
				assert.equal(`${first?.severity} ${first?.code}`, is, JSON.stringify(first, null, 1));
				assertSays([first.summary, ...first.evidence].join("\n"), ...[says].flat());
				assertSays(first.fix.join("\n"), ...[fix].flat());
				const whole = JSON.stringify(first);
				for (const text of [not].flat()) assert.ok(!whole.includes(text), `${text}: ${whole}`);
			} finally {
				await deployment.stop();
			}
		});
	}
}
