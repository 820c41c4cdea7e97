import { CsvReader, sniffDelimiter } from '#lib/format/csvRead.ts';
import { wrapRa } from '#lib/astro/sphere.ts';
import * as v from 'valibot';
import { ProblemError } from './problem.ts';

/** A place that a reader asks about, under their own name for it. */
export interface AskedPosition {
	/** As given; else the number of the row, from 1. */
	readonly id: string;
	/** ICRS degrees. */
	readonly ra: number;
	readonly dec: number;
}

/** Most places of one request, and bytes of its body. */
export const MOST_POSITIONS = 10_000;
const MOST_BYTES = 2_000_000;

const degrees = v.union([
	v.number(),
	v.pipe(v.string(), v.regex(/^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/), v.transform(Number)),
]);
const pair = v.pipe(
	v.tuple([degrees, degrees]),
	v.transform(([ra, dec]) => ({ id: undefined, ra, dec })),
);
const record = v.object({ id: v.optional(v.union([v.string(), v.number()])), ra: degrees, dec: degrees });
const listSchema = v.array(v.union([pair, record], 'must be [ra, dec] or {"ra", "dec", "id"}'));

function checked(rows: readonly { id?: unknown; ra: number; dec: number }[]): AskedPosition[] {
	if (rows.length === 0) throw new ProblemError(400, 'The body names no position.');
	if (rows.length > MOST_POSITIONS) {
		throw new ProblemError(413, `The body names ${rows.length} positions: send at most ${MOST_POSITIONS} at once.`);
	}
	return rows.map(({ id, ra, dec }, i) => {
		if (!(ra >= -180 && ra <= 360 && dec >= -90 && dec <= 90)) {
			throw new ProblemError(400, `Position ${i + 1} cannot be: ra ${ra}, dec ${dec} (ICRS degrees).`, [
				{ parameter: `positions.${i}`, message: 'ra runs from 0 to 360, dec from -90 to 90' },
			]);
		}
		return {
			id: typeof id === 'string' || typeof id === 'number' ? String(id).slice(0, 100) : String(i + 1),
			ra: wrapRa(ra),
			dec,
		};
	});
}

function fromJson(text: string): AskedPosition[] {
	let body: unknown;
	try {
		body = JSON.parse(text);
	} catch {
		throw new ProblemError(400, 'The body is no JSON: send a list of positions, or CSV as text/csv.');
	}
	const list = typeof body === 'object' && body !== null && 'positions' in body ? body.positions : body;
	const parsed = v.safeParse(listSchema, list);
	if (!parsed.success) {
		const [issue] = parsed.issues;
		const at = Number(issue.path?.[0].key ?? 0) + 1;
		throw new ProblemError(
			400,
			`Position ${at} of the body cannot be read: it must be [ra, dec] or {"ra": ..., "dec": ..., "id": ...}, ICRS degrees.`,
		);
	}
	return checked(parsed.output);
}

function fromCsv(text: string): AskedPosition[] {
	const reader = new CsvReader(sniffDelimiter(text.slice(0, text.search(/\n|$/))));
	const [header, ...rows] = [...reader.push(text.replace(/^\uFEFF/, '')), ...reader.end()];
	const names = (header?.cells ?? []).map((name) => name.trim().toLowerCase());
	const column = (...known: string[]): number => names.findIndex((name) => known.includes(name));
	const [ra, dec, id] = [
		column('ra', 'raj2000', 'ra_deg'),
		column('dec', 'dej2000', 'decl', 'dec_deg'),
		column('id', 'name', 'objectid'),
	];
	if (ra === -1 || dec === -1) {
		throw new ProblemError(
			400,
			'The CSV needs a header line with the columns ra and dec (ICRS degrees), and id if you like.',
		);
	}
	return checked(
		rows.map(({ cells, line }) => {
			const place = v.safeParse(pair, [cells[ra] ?? '', cells[dec] ?? '']);
			if (!place.success)
				throw new ProblemError(
					400,
					`Line ${line} of the CSV has no position in degrees: "${cells.join(',').slice(0, 80)}".`,
				);
			return { ...place.output, id: id === -1 ? undefined : cells[id]?.trim() };
		}),
	);
}

/** Positions of a request's body, JSON or CSV by its content type; throws a problem that names what is wrong. */
export async function readPositions(request: Request): Promise<AskedPosition[]> {
	const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
	if (type !== 'application/json' && type !== 'text/csv') {
		throw new ProblemError(400, 'Send the positions as application/json or text/csv, and say which in Content-Type.');
	}
	const text = await request.text();
	if (text.length > MOST_BYTES)
		throw new ProblemError(413, `The body is too large: send at most ${MOST_POSITIONS} positions at once.`);
	return type === 'application/json' ? fromJson(text) : fromCsv(text);
}
