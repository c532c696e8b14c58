// Attacks that a page can try although CORS forbids them. Each attempt runs in the page and
// resolves when the browser has done with it.

/**
 * `query` is of the request, SID being the id of a good page's session; `delivers`
 * says that a server without protection takes the message "attack" from it.
 */
export const attacks = {
	"a POST of text/plain": {
		query: "transport=polling&sid=SID",
		attempt: post,
		delivers: true,
	},
	"a form": {
		query: "transport=polling&sid=SID",
		attempt: submitForm,
		delivers: true,
	},
	"a script, by JSONP": { query: "transport=polling&j=0", attempt: embedScript },
	"an image": { query: "transport=polling", attempt: embedImage },
	"a frame": { query: "transport=polling", attempt: embedFrame },
	"a pop-up": { query: "transport=polling", attempt: openWindow },
	"a WebSocket": { query: "transport=websocket", attempt: openWebSocket },
	"a WebSocket of the session": { query: "transport=websocket&sid=SID", attempt: openWebSocket },
};

async function post(url) {
	await fetch(url, {
		method: "POST",
		mode: "no-cors",
		credentials: "include",
		headers: { "content-type": "text/plain" },
		body: '42["attack"]',
	});
}

function submitForm(url) {
	return new Promise((resolve) => {
		const frame = document.createElement("iframe");
		frame.name = url;
		document.body.append(frame);
		frame.onload = () => resolve();
		const form = document.createElement("form");
		Object.assign(form, { action: url, method: "post", enctype: "text/plain", target: url });
		const input = document.createElement("input");
		// It is sent as name=value.
		Object.assign(input, { name: '42["attack","', value: '"]' });
		form.append(input);
		document.body.append(form);
		form.submit();
	});
}

function embedScript(src) {
	return new Promise((resolve) => {
		const done = () => resolve();
		const script = document.createElement("script");
		document.body.append(Object.assign(script, { src, onload: done, onerror: done }));
	});
}

function embedImage(src) {
	return new Promise((resolve) => {
		const done = () => resolve();
		const image = document.createElement("img");
		document.body.append(Object.assign(image, { src, onload: done, onerror: done }));
	});
}

function embedFrame(src) {
	return new Promise((resolve) => {
		const frame = document.createElement("iframe");
		document.body.append(Object.assign(frame, { src, onload: () => resolve() }));
	});
}

/** Resolves once the window is at the other origin, where this page may not look. */
async function openWindow(url) {
	const opened = window.open(url);
	for (let tries = 0; tries < 100; tries += 1) {
		await new Promise((resolve) => setTimeout(resolve, 50));
		try {
			void opened.document.body;
		} catch {
			break;
		}
	}
	opened.close();
}

/** Resolves to "open" or "error". */
export function openWebSocket(url) {
	return new Promise((resolve) => {
		const socket = new WebSocket(url.replace(/^http/, "ws"));
		socket.onopen = socket.onerror = ({ type }) => {
			socket.close();
			resolve(type);
		};
	});
}
