// A page that logs in, and connects with the token that it gets.
import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { io } from "socket.io-client";

// API is the URL of the Worker: see start.js.

function Page() {
	const [token, setToken] = useState();
	return (
		<main>
			<h1>{location.origin}</h1>
			{token ? <Chat token={token} /> : <Login onToken={setToken} />}
		</main>
	);
}

function Login({ onToken }) {
	const [problem, setProblem] = useState();

	async function logIn(event) {
		event.preventDefault();
		const fields = Object.fromEntries(new FormData(event.target));
		try {
			const answer = await fetch(`${API}/login`, {
				method: "POST",
				headers: { "Content-Type": "application/json" },
				body: JSON.stringify(fields),
			});
			if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
			onToken((await answer.json()).token);
		} catch (error) {
			setProblem(error.message);
		}
	}

	return (
		<form onSubmit={logIn}>
			<input name="name" defaultValue="Ann" aria-label="Name" />{" "}
			<input name="password" type="password" defaultValue="secret" aria-label="Password" />{" "}
			<button type="submit">Log in</button>
			{problem && <p role="alert">Not logged in: {problem}</p>}
		</form>
	);
}

function Chat({ token }) {
	const [socket, setSocket] = useState();
	const [state, setState] = useState("Connecting");
	const [lines, setLines] = useState([]);

	useEffect(() => {
		const socket = io(API, { auth: { token } });
		socket.on("connect", () => setState("Connected"));
		socket.on("disconnect", (reason) => setState(`Disconnected: ${reason}`));
		socket.on("connect_error", (error) => setState(`Not connected: ${error.message}`));
		socket.on("said", (line) => setLines((lines) => [...lines, line]));
		setSocket(socket);
		return () => socket.disconnect();
	}, [token]);

	return (
		<>
			<p role="status">{state}</p>
			<button type="button" onClick={() => socket.emit("say", "hello")}>
				Say hello
			</button>
			<ul>
				{lines.map(({ name, text }, index) => (
					<li key={index}>
						{name}: {text}
					</li>
				))}
			</ul>
		</>
	);
}

createRoot(document.getElementById("root")).render(<Page />);
