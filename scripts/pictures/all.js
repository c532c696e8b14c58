// Every picture that is drawn from text, by its path.
import { drawDoctor } from "./doctor.js";
import { drawFlow } from "./flow.js";

export const pictures = { "docs/flow.svg": drawFlow, "docs/doctor.svg": drawDoctor };
