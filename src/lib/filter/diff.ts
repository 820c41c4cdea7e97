/** A line of a comparison of two texts. */
export interface DiffLine {
	readonly kind: 'same' | 'added' | 'removed';
	readonly text: string;
}

/** Above so many lines together a text is shown as replaced. */
const MOST_LINES = 4000;

/** What changed from one text to another, line by line: the longest common part stays. */
export function diffLines(before: string, after: string): DiffLine[] {
	const a = before === '' ? [] : before.split('\n');
	const b = after === '' ? [] : after.split('\n');
	const removed = a.map((text): DiffLine => ({ kind: 'removed', text }));
	const added = b.map((text): DiffLine => ({ kind: 'added', text }));
	if (a.length + b.length > MOST_LINES) return [...removed, ...added];
	// longest common part of the ends of both, by the lengths of what is left
	const width = b.length + 1;
	const longest = new Uint16Array((a.length + 1) * width);
	const at = (i: number, j: number): number => longest[i * width + j] ?? 0;
	for (let i = a.length - 1; i >= 0; i -= 1) {
		for (let j = b.length - 1; j >= 0; j -= 1) {
			longest[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
		}
	}
	const lines: DiffLine[] = [];
	let [i, j] = [0, 0];
	while (i < a.length && j < b.length) {
		if (a[i] === b[j]) {
			lines.push({ kind: 'same', text: a[i] ?? '' });
			i += 1;
			j += 1;
		} else if (at(i + 1, j) >= at(i, j + 1)) lines.push({ kind: 'removed', text: a[i++] ?? '' });
		else lines.push({ kind: 'added', text: b[j++] ?? '' });
	}
	return [...lines, ...removed.slice(i), ...added.slice(j)];
}
