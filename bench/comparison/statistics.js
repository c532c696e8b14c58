/** The value below which that share of `values` lies, between the two nearest ones. */
function quantile(values, share) {
	const sorted = values.toSorted((a, b) => a - b);
	const at = share * (sorted.length - 1);
	const [below, above] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
	return below + (above - below) * (at % 1);
}

/** The median, and between what the middle half of the values lies. */
export const quartiles = (values) => ({
	low: quantile(values, 0.25),
	median: quantile(values, 0.5),
	high: quantile(values, 0.75),
});
