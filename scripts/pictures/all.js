// Every picture that is drawn from text or figures, by its path.
import { readFile } from "node:fs/promises";
import { draw } from "../../bench/comparison/drawing.js";
import { drawDoctor } from "./doctor.js";
import { drawFlow } from "./flow.js";

const figures = new URL("../../bench/comparison.json", import.meta.url);

export const pictures = {
	"docs/flow.svg": drawFlow,
	"docs/doctor.svg": drawDoctor,
	"bench/comparison.svg": async () => draw(JSON.parse(await readFile(figures, "utf8"))),
};
