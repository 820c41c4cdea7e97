import type { NumNode } from './core.ts';
import type { CompareOp } from './syntax.ts';

const SCORES =
	'reliability starScore classScore ztf.drb ztf.rb ztf.classtar ztf.sgscore1 ztf.sgscore2 ztf.sgscore3 ' +
	'winter.sgscore1 winter.sgscore2 winter.sgscore3 lsst.reliability atlas.rb';

/** The least and the greatest that a field can be by its definition, in its unit; fields that have no such ends are not here. */
export const RANGES: ReadonlyMap<string, readonly [least: number, greatest: number]> = new Map<
	string,
	readonly [number, number]
>([
	...SCORES.split(' ').map((name) => [name, [0, 1]] as const),
	...['ra', 'galacticLon'].map((name) => [name, [0, 360]] as const),
	...['dec', 'galacticLat', 'eclipticLat'].map((name) => [name, [-90, 90]] as const),
]);

const FLIPPED: Readonly<Record<CompareOp, CompareOp>> = {
	'<': '>',
	'<=': '>=',
	'>': '<',
	'>=': '<=',
	'==': '==',
	'!=': '!=',
};

/** What a comparison of a field with a number says of every value that the field can have; null where it depends on the value. */
function alike(op: CompareOp, [least, greatest]: readonly [number, number], value: number): boolean | null {
	switch (op) {
		case '<':
			return value > greatest ? true : value <= least ? false : null;
		case '<=':
			return value > greatest ? true : value < least ? false : null;
		// what holds of every value there can be is a way to ask for one at all: "ztf.sgscore1 > -99"
		case '>':
			return value >= greatest ? false : null;
		case '>=':
			return value > greatest ? false : null;
		case '==':
			return value < least || value > greatest ? false : null;
		case '!=':
			return null;
	}
}

/** A field that is compared with a number which tells none of its values apart (`ztf.drb > 80`), in a sentence, and whether that always holds; null elsewhere. */
export function beyondRange(
	op: CompareOp,
	a: NumNode,
	b: NumNode,
): { readonly always: boolean; readonly message: string } | null {
	if (a.kind === 'const' && b.kind === 'field') return beyondRange(FLIPPED[op], b, a);
	if (a.kind !== 'field' || b.kind !== 'const') return null;
	const { name } = a.field;
	const range = RANGES.get(name);
	if (range === undefined) return null;
	const always = alike(op, range, b.value);
	if (always === null) return null;
	const [least, greatest] = range;
	const what = always ? 'holds for every alert that has it' : 'never holds';
	return { always, message: `"${name}" lies between ${least} and ${greatest}, so that this ${what}.` };
}
