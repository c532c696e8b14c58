// What workerd calls.
import { fetch } from "wasm";

export default { fetch };
