// What is to be answered.

/**
 * @param {boolean | string} cors whether pages of the request's origin may read it, or the origin whose pages may
 * @param {string} [text] the body; without it something else looks at that
 */
export const answer = (status, cors, text) => ({ status, cors, text });

export const granted = answer(204, true, "");
/** Engine.IO's own refusal, as this Worker has it. */
export const forbidden = answer(403, false, '{"code":4,"message":"Forbidden"}');
export const forwarded = answer(200, true);

/** Whether a body opens an Engine.IO session. */
export const opensSession = async (body) => (await body.text()).startsWith('0{"sid":"');
