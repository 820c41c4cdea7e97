import { gunzipSync } from 'node:zlib';
import { parsePosition } from '#lib/astro/position.ts';
import { wrapRa } from '#lib/astro/sphere.ts';
import { CsvError, CsvReader, sniffDelimiter } from '#lib/format/csvRead.ts';
import type { Cell } from '#lib/format/tableColumn.ts';
import { VotableError, VotableReader } from '#lib/format/votable.ts';
import { ProblemError } from '../problem.ts';
import type { ListPosition, RefusedRow } from './list.ts';

/** Rows of a watch-list, and bytes of its file, at most; a compressed file may unpack to as many. */
export const MOST_ROWS = 100_000;
export const MOST_BYTES = 24_000_000;
/** Radius around a position, arcsec. */
const LEAST_RADIUS = 0.1;
const MOST_RADIUS = 3600;
const REFUSED_NAMED = 200;

/** What an upload held. */
export interface Upload {
	readonly positions: readonly ListPosition[];
	/** The first rows that were left out, by their line in the file. */
	readonly refused: readonly RefusedRow[];
	readonly refusedCount: number;
}

interface Columns {
	readonly ra: number;
	readonly dec: number;
	readonly name: number;
	readonly radius: number;
}

interface RawRow {
	readonly row: number;
	readonly cells: readonly Cell[];
}

const RA = ['ra', 'raj2000', 'ra_deg', 'radeg', '_ra', '_raj2000', 'ra_icrs', 'ramean', 'meanra', 'right_ascension'];
const DEC = [
	'dec',
	'dej2000',
	'decl',
	'dec_deg',
	'de',
	'decdeg',
	'_de',
	'_dej2000',
	'de_icrs',
	'decmean',
	'meandec',
	'declination',
];
const NAME = ['name', 'id', 'objectid', 'object', 'target', 'source_id', 'objname', 'main_id', 'designation'];
const RADIUS = ['radius', 'radius_arcsec', 'radiusarcsec', 'rad', 'match_radius', 'r'];

function columnsOf(names: readonly string[], ucds: readonly string[] = []): Columns {
	const plain = names.map((name) => name.trim().toLowerCase());
	const find = (known: readonly string[], ucd: string): number => {
		for (const name of known) if (plain.includes(name)) return plain.indexOf(name);
		return ucd === '' ? -1 : ucds.findIndex((one) => one.toLowerCase().startsWith(ucd));
	};
	const columns = {
		ra: find(RA, 'pos.eq.ra'),
		dec: find(DEC, 'pos.eq.dec'),
		name: find(NAME, 'meta.id'),
		radius: find(RADIUS, ''),
	};
	if (columns.ra === -1 || columns.dec === -1) {
		const shown = names
			.slice(0, 12)
			.map((name) => `“${name.trim().slice(0, 30)}”`)
			.join(', ');
		throw new ProblemError(
			400,
			`The file needs columns ra and dec (ICRS, degrees or sexagesimal); name and radius (arcsec) may stand beside them. It has ${shown === '' ? 'no columns' : shown}.`,
		);
	}
	return columns;
}

const textOf = (cell: Cell | undefined): string => (cell === null || cell === undefined ? '' : String(cell).trim());
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

/** Position of two cells in ICRS degrees, or what is wrong with them. */
function placeOf(ra: string, dec: string): { ra: number; dec: number } | string {
	if (ra === '' || dec === '') return 'has no position';
	if (DECIMAL.test(ra) && DECIMAL.test(dec)) {
		const [lon, lat] = [Number(ra), Number(dec)];
		if (!(lon >= -180 && lon <= 360)) return `has the right ascension ${ra}: it runs from 0 to 360 degrees`;
		if (!(lat >= -90 && lat <= 90)) return `has the declination ${dec}: it runs from -90 to 90 degrees`;
		return { ra: wrapRa(lon), dec: lat };
	}
	const parsed = parsePosition(`${ra} ${dec}`);
	if (parsed.kind === 'position') return { ra: parsed.ra, dec: parsed.dec };
	return parsed.kind === 'impossible'
		? `has no place on the sky: ${parsed.reason.replace(/\.$/, '')}`
		: `has no position that can be read: “${`${ra} ${dec}`.slice(0, 60)}”`;
}

function radiusOf(text: string, usual: number): number | string {
	if (text === '') return usual;
	if (!DECIMAL.test(text)) return `has no radius in arcsec: “${text.slice(0, 30)}”`;
	const radius = Number(text);
	if (!(radius >= LEAST_RADIUS && radius <= MOST_RADIUS)) {
		return `has the radius ${text}: it runs from ${LEAST_RADIUS} to ${MOST_RADIUS} arcsec`;
	}
	return radius;
}

function collect(rows: Iterable<RawRow>, columns: Columns, usualRadius: number): Upload {
	const positions: ListPosition[] = [];
	const refused: RefusedRow[] = [];
	let refusedCount = 0;
	const seen = new Set<string>();
	for (const { row, cells } of rows) {
		const place = placeOf(textOf(cells[columns.ra]), textOf(cells[columns.dec]));
		const radius = radiusOf(columns.radius === -1 ? '' : textOf(cells[columns.radius]), usualRadius);
		const name = columns.name === -1 ? '' : textOf(cells[columns.name]).replace(/\p{C}/gu, ' ').slice(0, 100);
		let problem = typeof place === 'string' ? place : typeof radius === 'string' ? radius : null;
		if (problem === null && typeof place !== 'string') {
			const key = `${place.ra} ${place.dec} ${radius} ${name}`;
			if (seen.has(key)) problem = 'is there twice';
			seen.add(key);
		}
		if (problem !== null || typeof place === 'string' || typeof radius === 'string') {
			refusedCount += 1;
			if (refused.length < REFUSED_NAMED) refused.push({ row, problem: problem ?? '' });
			continue;
		}
		if (positions.length >= MOST_ROWS) {
			throw new ProblemError(
				413,
				`The file has more than ${MOST_ROWS.toLocaleString('en-US')} positions, the most of one list: split it.`,
			);
		}
		positions.push({ place: positions.length + 1, name, ra: place.ra, dec: place.dec, radiusArcsec: radius });
	}
	if (positions.length === 0) {
		const [first] = refused;
		const why = first === undefined ? 'it has no rows' : `row ${first.row} ${first.problem}`;
		throw new ProblemError(400, `The file names no position that can be used: ${why}.`);
	}
	return { positions, refused, refusedCount };
}

function fromCsv(text: string, usualRadius: number): Upload {
	const plain = text.replace(/^\uFEFF/, '').replace(/^(?:#[^\n]*\n)+/, (comment) => {
		// a commented header line, as TOPCAT writes it
		const last = comment.trimEnd().split('\n').at(-1) ?? '';
		const blank = '\n'.repeat(comment.split('\n').length - 2);
		return /[,;\t|]/.test(last) && /\bra/i.test(last)
			? `${blank}${last.replace(/^#\s*/, '')}\n`
			: comment.replace(/[^\n]/g, '');
	});
	const firstLine = plain.trimStart().split(/\r?\n/, 1)[0] ?? '';
	const reader = new CsvReader(sniffDelimiter(firstLine));
	const [header, ...rows] = [...reader.push(plain), ...reader.end()];
	const names = header?.cells ?? [];
	// two or three bare numbers: no header line
	if (header && names.length >= 2 && names.every((cell) => DECIMAL.test(cell.trim()))) {
		const columns = { ra: 0, dec: 1, name: -1, radius: names.length > 2 ? 2 : -1 };
		return collect(
			[header, ...rows].map(({ line, cells }) => ({ row: line, cells })),
			columns,
			usualRadius,
		);
	}
	return collect(
		rows.map(({ line, cells }) => ({ row: line, cells })),
		columnsOf(names),
		usualRadius,
	);
}

function fromVotable(text: string, usualRadius: number): Upload {
	if (/<!DOCTYPE|<!ENTITY/i.test(text.slice(0, 4000))) {
		throw new ProblemError(400, 'The VOTable declares a document type: save it without.');
	}
	const reader = new VotableReader();
	const rows = [...reader.push(text), ...reader.end()];
	const columns = reader.columns ?? [];
	return collect(
		rows.map((cells, i) => ({ row: i + 1, cells })),
		columnsOf(
			columns.map(({ name }) => name),
			columns.map(({ ucd }) => ucd),
		),
		usualRadius,
	);
}

/** Bytes of a file, unpacked where it is gzip; a problem where it is too large either way. */
export function unpacked(bytes: Uint8Array, most = MOST_BYTES): Uint8Array {
	const tooLarge = new ProblemError(413, `The file is too large: at most ${Math.floor(most / 1e6)} MB, unpacked.`);
	if (bytes.byteLength > most) throw tooLarge;
	if (!(bytes[0] === 0x1f && bytes[1] === 0x8b)) return bytes;
	try {
		return gunzipSync(bytes, { maxOutputLength: most });
	} catch (error) {
		if (error instanceof RangeError) throw tooLarge;
		throw new ProblemError(400, 'The file is damaged: it begins as gzip and cannot be unpacked.');
	}
}

/** Positions of a CSV or VOTable file (gzip too), each with its own radius or the usual one; bad rows are named and left out. */
export function readWatchList(file: Uint8Array, usualRadius: number): Upload {
	if (!(usualRadius >= LEAST_RADIUS && usualRadius <= MOST_RADIUS)) {
		throw new ProblemError(400, `The radius runs from ${LEAST_RADIUS} to ${MOST_RADIUS} arcsec.`);
	}
	let text: string;
	try {
		text = new TextDecoder('utf-8', { fatal: true }).decode(unpacked(file));
	} catch (error) {
		if (error instanceof ProblemError) throw error;
		throw new ProblemError(400, 'The file is no text in UTF-8: send CSV or VOTable.');
	}
	try {
		return /^\s*</.test(text.slice(0, 200)) ? fromVotable(text, usualRadius) : fromCsv(text, usualRadius);
	} catch (error) {
		if (error instanceof CsvError || error instanceof VotableError) {
			throw new ProblemError(400, `The file cannot be read: ${error.message}`);
		}
		throw error;
	}
}
