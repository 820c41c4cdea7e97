/** Levenshtein distance of two short texts: single-letter insertions, deletions and replacements. */
export function editDistance(a: string, b: string): number {
	let row = Array.from({ length: b.length + 1 }, (_, j) => j);
	for (let i = 1; i <= a.length; i++) {
		const next = [i];
		for (let j = 1; j <= b.length; j++) {
			const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
			next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
		}
		row = next;
	}
	return row[b.length] ?? 0;
}

/** The name that was most likely meant, or null when none is near. */
export function nearestName(word: string, names: readonly string[]): string | null {
	const ranked = names
		.map((name) => ({ name, distance: name.startsWith(word) ? 0 : editDistance(word, name) }))
		.sort((a, b) => a.distance - b.distance);
	const best = ranked[0];
	return best !== undefined && best.distance <= Math.ceil(best.name.length / 3) ? best.name : null;
}
