// Band and class colours stay apart for readers with the common colour-vision deficiencies: seen through the simulation of
// Machado, Oliveira and Fernandes (2009, IEEE TVCG 15, 1291; severity 1), apart by so much of CIE 1976 L*a*b* (D65).
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

type Three = readonly [number, number, number];
type Matrix = readonly [Three, Three, Three];

const VISION: Readonly<Record<string, Matrix>> = {
	'all colours': [
		[1, 0, 0],
		[0, 1, 0],
		[0, 0, 1],
	],
	protanopia: [
		[0.152286, 1.052583, -0.204868],
		[0.114503, 0.786281, 0.099216],
		[-0.003882, -0.048116, 1.051998],
	],
	deuteranopia: [
		[0.367322, 0.860646, -0.227968],
		[0.280085, 0.672501, 0.047413],
		[-0.01182, 0.04294, 0.968881],
	],
	tritanopia: [
		[1.255528, -0.076749, -0.178779],
		[-0.078411, 0.930809, 0.147602],
		[0.004733, 0.691367, 0.3039],
	],
};
const XYZ: Matrix = [
	[0.4124564, 0.3575761, 0.1804375],
	[0.2126729, 0.7151522, 0.072175],
	[0.0193339, 0.119192, 0.9503041],
];
const WHITE: Three = [0.95047, 1, 1.08883];

const times = (matrix: Matrix, [a, b, c]: Three): Three => {
	const row = ([x, y, z]: Three): number => x * a + y * b + z * c;
	return [row(matrix[0]), row(matrix[1]), row(matrix[2])];
};

function linear(hex: string): Three {
	const channel = (at: number): number => {
		const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
		return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
	};
	return [channel(0), channel(2), channel(4)];
}

/** L*, a*, b* of a colour as it is seen. */
function seenAs(hex: string, vision: Matrix): Three {
	const [r, g, b] = times(vision, linear(hex)).map((value) => Math.min(1, Math.max(0, value))) as [
		number,
		number,
		number,
	];
	const f = (t: number): number => (t > 216 / 24_389 ? Math.cbrt(t) : ((24_389 / 27) * t + 16) / 116);
	const [x, y, z] = times(XYZ, [r, g, b]).map((value, i) => f(value / (WHITE[i] ?? 1))) as [number, number, number];
	return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const tokens = readFileSync('src/lib/look/tokens.css', 'utf8');

function coloursOf(theme: string, kind: string): [string, string][] {
	const from = tokens.indexOf(`[data-theme='${theme}'] {`);
	const block = tokens.slice(from, tokens.indexOf('}', from));
	return [...block.matchAll(new RegExp(`--${kind}-(\\w+): #([0-9a-f]{6})`, 'g'))].map(([, name = '', hex = '']) => [
		name,
		hex,
	]);
}

/** Pairs of colours nearer than `least`. */
function alike(colours: readonly [string, string][], vision: Matrix, least: number): string[] {
	return colours.flatMap(([one, a], i) =>
		colours.slice(i + 1).flatMap(([other, b]) => {
			const [l, m, n] = seenAs(a, vision);
			const [p, q, r] = seenAs(b, vision);
			const apart = Math.hypot(l - p, m - q, n - r);
			return apart < least ? [`${one} and ${other}: ${apart.toFixed(1)}`] : [];
		}),
	);
}

describe.each(['dark', 'light'])('colours of the %s theme', (theme) => {
	describe.each(Object.entries(VISION))('seen with %s', (_, vision) => {
		it('tell bands apart', () => {
			const bands = coloursOf(theme, 'band');
			expect(bands).toHaveLength(6);
			expect(alike(bands, vision, 15)).toEqual([]);
		});

		it('tell classes apart', () => {
			const classes = coloursOf(theme, 'cls');
			expect(classes).toHaveLength(10);
			expect(alike(classes, vision, 9)).toEqual([]);
		});
	});
});
