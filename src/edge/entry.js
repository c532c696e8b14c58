// What workerd calls.
import { fetch as serve } from "wasm";
import { event } from "./event.js";

export default { fetch: (request, env, ctx) => serve(event(request, env, ctx)) };
