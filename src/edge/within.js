/** What `promise` resolves to, or undefined after `timeout` milliseconds. */
export function within(timeout, promise) {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(resolve, timeout);
		const settle = (settled) => (value) => {
			clearTimeout(timer);
			settled(value);
		};
		promise.then(settle(resolve), settle(reject));
	});
}
