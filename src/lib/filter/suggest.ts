/** Edits (insert, delete, replace, swap neighbours) that make one word of the other, at most `limit`; letter case counts half. */
function editDistance(a: string, b: string, limit: number): number {
	if (Math.abs(a.length - b.length) > limit) return limit + 1;
	let before: number[] = [];
	let last = Array.from({ length: b.length + 1 }, (_, j) => j);
	for (let i = 1; i <= a.length; i += 1) {
		const row = [i];
		for (let j = 1; j <= b.length; j += 1) {
			const x = a.charAt(i - 1);
			const y = b.charAt(j - 1);
			const change = x === y ? 0 : x.toLowerCase() === y.toLowerCase() ? 0.5 : 1;
			let best = Math.min((last[j - 1] ?? 0) + change, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
			if (i > 1 && j > 1 && x === b.charAt(j - 2) && y === a.charAt(i - 2))
				best = Math.min(best, (before[j - 2] ?? 0) + 1);
			row.push(best);
		}
		before = last;
		last = row;
	}
	return last[b.length] ?? limit + 1;
}

/** The known name nearest to a word, or undefined when none is near; a part after a dot may be matched alone (`srmag` finds `ztf.srmag1`). */
export function nearestName(word: string, known: Iterable<string>): string | undefined {
	if (word.length > 60) return undefined;
	const limit = word.length < 3 ? 0.5 : Math.min(3, Math.max(1, Math.floor(word.length / 3)));
	let best: string | undefined;
	let least = limit + 0.2;
	for (const name of known) {
		const bare = name.slice(name.lastIndexOf('.') + 1);
		// the whole name before a part of another, a first letter alike before one that differs
		const distance =
			Math.min(editDistance(word, name, limit), bare === name ? limit + 1 : editDistance(word, bare, limit) + 0.1) +
			(bare.charAt(0).toLowerCase() ===
			word
				.charAt(word.lastIndexOf('.') + 1)
				.charAt(0)
				.toLowerCase()
				? 0
				: 0.05);
		if (distance < least) {
			least = distance;
			best = name;
		}
	}
	return best;
}
