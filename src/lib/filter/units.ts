import { unitsAgree } from './type.ts';

/** Unit of a product or quotient, written plainly. */
export function productUnit(a: string | null, b: string | null, op: '.' | '/'): string | null {
	const left = a ?? '';
	const right = b ?? '';
	if (a === null && b === null) return null;
	if (right === '') return left;
	if (left === '') return op === '.' ? right : '';
	return `${left}${op}${right}`;
}

/** Unit of a sum or difference; undefined where there is none. */
export function sumUnit(op: '+' | '-', a: string | null, b: string | null): string | null | undefined {
	const isTime = (unit: string | null) => unit === 'MJD' || unit === 'JD' || unit === 'night';
	if (isTime(a) && a === b) return op === '-' ? 'd' : undefined;
	if (isTime(a) && (b === 'd' || b === null || b === '')) return a;
	if (isTime(b) && op === '+' && (a === 'd' || a === null || a === '')) return b;
	if (isTime(b) && op === '-' && (a === null || a === '')) return 'd';
	if (!unitsAgree(a, b)) return undefined;
	return a === null || a === '' ? b : a;
}

export function timeHint(a: string | null, b: string | null): string {
	return (a === 'MJD' && b === 'JD') || (a === 'JD' && b === 'MJD')
		? ' MJD = JD - 2400000.5; mind that ZTF writes UTC at the start of the exposure.'
		: '';
}
