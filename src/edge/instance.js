// The instance of Wasm, of which a panic ends one.
import { revive } from "wasm";

let instance = 0;

/** Notes that one begins. */
export function began() {
	instance += 1;
}

/**
 * The number of this one; starts the next first if a panic ended the last. Call it before anything
 * that is exported with arguments, which would lie in the old one.
 */
export function current() {
	revive();
	return instance;
}
