import { TNS, type CatalogColumn, type CatalogSource } from '#lib/alert/catalog.ts';
import { CATALOG_ROLES as ROLES, type CatalogRole } from '#lib/alert/catalogRecipes.ts';
import type { Cell, TableColumn } from '#lib/format/tableColumn.ts';
import { wrapRa } from '#lib/astro/sphere.ts';
import { CatalogError } from './error.ts';

/** Units of an angle in a file. */
export type AngleUnit = 'deg' | 'hours' | 'rad' | 'arcsec' | 'arcmin' | 'sexagesimal';
const ANGLE_UNITS: readonly string[] = ['deg', 'hours', 'rad', 'arcsec', 'arcmin', 'sexagesimal'];

/** Which columns hold what; indices into the table's columns. */
export interface Mapping {
	readonly id: readonly number[];
	readonly ra: number;
	readonly dec: number;
	readonly raUnit: AngleUnit;
	readonly decUnit: AngleUnit;
	readonly mag: number | null;
	readonly redshift: number | null;
	/** The others, which are kept under their names. */
	readonly kept: readonly number[];
}

/** UCDs and names of each role, best first. Names are compared in lower case without signs. */
const GUESSES: Readonly<Record<CatalogRole, { readonly ucds: readonly RegExp[]; readonly names: readonly string[] }>> =
	{
		ra: {
			ucds: [/^pos\.eq\.ra;meta\.main$/i, /^pos_eq_ra_main$/i, /^pos\.eq\.ra$/i],
			names:
				'ra raj2000 rajdeg raicrs radeg radegrees rad ra2000 rightascension ramean alphaj2000 alpha meanra pmra2000 raobj objra lon'.split(
					' ',
				),
		},
		dec: {
			ucds: [/^pos\.eq\.dec;meta\.main$/i, /^pos_eq_dec_main$/i, /^pos\.eq\.dec$/i],
			names:
				'dec dej2000 decj2000 dedeg deicrs decicrs decdeg decdegrees decl de dec2000 declination decmean deltaj2000 delta meandec decobj objdec lat'.split(
					' ',
				),
		},
		id: {
			ucds: [/^meta\.id;meta\.main$/i, /^id_main$/i],
			names:
				'id name mainid sourceid sourcename source designation objid objectid objname objectname catid gaiaid starid desig'.split(
					' ',
				),
		},
		mag: {
			ucds: [/^phot\.mag;em\.opt\.[RVG]/i, /^phot\.mag/i],
			names:
				'mag vmag v rmag magr gmag gmean photgmeanmag vtmag magnitude rpmag discoverymag imag bmag jmag kmag'.split(
					' ',
				),
		},
		redshift: {
			ucds: [/^src\.redshift/i],
			names: 'redshift z zspec zbest zphot zsp photoz specz zhelio zcmb'.split(' '),
		},
	};

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

function guess(role: CatalogRole, columns: readonly TableColumn[], taken: ReadonlySet<number>): number | null {
	const { ucds, names } = GUESSES[role];
	const free = (index: number): boolean => {
		const column = columns[index];
		if (column === undefined || taken.has(index)) return false;
		if (role === 'redshift') return column.kind === 'number' && !/mag/i.test(column.unit);
		if (role === 'mag') return column.kind === 'number' && (column.unit === '' || /mag/i.test(column.unit));
		return true;
	};
	for (const ucd of ucds) {
		const found = columns.findIndex((column, i) => ucd.test(column.ucd) && free(i));
		if (found !== -1) return found;
	}
	for (const name of names) {
		const found = columns.findIndex((column, i) => plain(column.name) === name && free(i));
		if (found !== -1) return found;
	}
	return null;
}

function unitOf(column: TableColumn, role: 'ra' | 'dec', asked: AngleUnit | null): AngleUnit {
	if (asked !== null) return asked;
	// numbers in a column of text are written in three fields
	if (column.kind === 'text') return 'sexagesimal';
	const unit = column.unit.trim().toLowerCase().replace(/["']/g, '');
	if (unit === '' || /^deg/.test(unit)) return 'deg';
	if (/^(?:h|hr|hrs|hours?|hms|ra)$/.test(unit) && role === 'ra') return 'hours';
	if (/^rad/.test(unit)) return 'rad';
	if (/^arcsec/.test(unit)) return 'arcsec';
	if (/^arcmin/.test(unit)) return 'arcmin';
	throw new CatalogError(
		`Column ${column.name} is in "${column.unit}", which is no angle known here: say its unit with --map ${role}=${column.name}:deg (or ${ANGLE_UNITS.slice(1).join(', ')}).`,
	);
}

/** `--map ra=RAJ2000:deg` and the like as role, column and unit. */
export function parseMap(texts: readonly string[]): Map<CatalogRole, { column: string; unit: AngleUnit | null }> {
	const asked = new Map<CatalogRole, { column: string; unit: AngleUnit | null }>();
	for (const text of texts) {
		const [name = '', ...rest] = text.split('=');
		const role = ROLES.find((known) => known === name.trim());
		if (role === undefined || rest.length === 0) {
			throw new CatalogError(
				`--map takes ${ROLES.join('=COLUMN, ')}=COLUMN, with :deg or :hours after a position; it is "${text}".`,
			);
		}
		const value = rest.join('=').trim();
		const unit = /:(\w+)$/.exec(value)?.[1] ?? '';
		const isUnit = ANGLE_UNITS.includes(unit) && (role === 'ra' || role === 'dec');
		asked.set(role, {
			column: isUnit ? value.slice(0, -unit.length - 1) : value,
			unit: isUnit ? (unit as AngleUnit) : null,
		});
	}
	return asked;
}

/** Whether the columns are those of the public list of the Transient Name Server. */
export function isTns(columns: readonly TableColumn[]): boolean {
	const names = new Set(columns.map(({ name }) => plain(name)));
	return ['objid', 'nameprefix', 'name', 'ra', 'declination', 'redshift', 'type'].every((name) => names.has(name));
}

/** Finds out what the columns hold, by what was asked, UCDs and names; throws a sentence where a position is missing. */
export function mapColumns(columns: readonly TableColumn[], asked: ReturnType<typeof parseMap>): Mapping {
	const taken = new Set<number>();
	const find = (role: CatalogRole): number | null => {
		const wanted = asked.get(role);
		if (wanted === undefined) {
			const found = guess(role, columns, taken);
			if (found !== null) taken.add(found);
			return found;
		}
		const exact = columns.findIndex(({ name }) => name === wanted.column);
		const found =
			exact !== -1 ? exact : columns.findIndex(({ name }) => name.toLowerCase() === wanted.column.toLowerCase());
		if (found === -1) {
			throw new CatalogError(
				`There is no column "${wanted.column}": the file has ${columns.map(({ name }) => name).join(', ')}.`,
			);
		}
		taken.add(found);
		return found;
	};
	// what was asked for is taken before anything is guessed
	const order = [...ROLES].sort((a, b) => Number(asked.has(b)) - Number(asked.has(a)));
	const found = new Map(order.map((role) => [role, find(role)]));
	const ra = found.get('ra') ?? null;
	const dec = found.get('dec') ?? null;
	const raColumn = ra === null ? undefined : columns[ra];
	const decColumn = dec === null ? undefined : columns[dec];
	if (ra === null || dec === null || raColumn === undefined || decColumn === undefined) {
		throw new CatalogError(
			`No column is recognised as ${ra === null ? 'right ascension' : 'declination'}: say which with --map ${ra === null ? 'ra' : 'dec'}=COLUMN. The file has ${columns.map(({ name }) => name).join(', ')}.`,
		);
	}
	const id = found.get('id') ?? null;
	const tnsName = columns.findIndex(({ name }) => plain(name) === 'name');
	const tnsPrefix = columns.findIndex(({ name }) => plain(name) === 'nameprefix');
	const ids = isTns(columns) && !asked.has('id') ? [tnsPrefix, tnsName] : id === null ? [] : [id];
	return {
		id: ids,
		ra,
		dec,
		raUnit: unitOf(raColumn, 'ra', asked.get('ra')?.unit ?? null),
		decUnit: unitOf(decColumn, 'dec', asked.get('dec')?.unit ?? null),
		mag: found.get('mag') ?? null,
		redshift: found.get('redshift') ?? null,
		kept: columns.flatMap((_, i) => (i === ra || i === dec || (i === ids[0] && ids.length === 1) ? [] : [i])),
	};
}

/** What is said of the columns that are kept. */
export function keptColumns(columns: readonly TableColumn[], mapping: Mapping): CatalogColumn[] {
	return mapping.kept.flatMap((i) => {
		const column = columns[i];
		if (column === undefined) return [];
		const { name, kind, unit, meaning } = column;
		return [{ name, kind, unit, meaning }];
	});
}

const SEXAGESIMAL = /^([+-]?)(\d{1,3})[\s:hd°]+(\d{1,2})(?:[\s:m']+(\d{1,2}(?:\.\d*)?)[s"]?)?$/;

/** An angle in degrees, or why it is none. */
function degreesOf(cell: Cell, unit: AngleUnit, hours: boolean): number | string {
	if (cell === null) return 'is empty';
	if (unit === 'sexagesimal') {
		const text = String(cell).trim();
		const fields = SEXAGESIMAL.exec(text);
		// a lone number among texts is in degrees
		if (fields === null) return /^[+-]?\d+(?:\.\d*)?$/.test(text) ? Number(text) : `is "${text.slice(0, 40)}"`;
		const [, sign, whole, minutes, seconds = '0'] = fields;
		const size = Number(whole) + Number(minutes) / 60 + Number(seconds) / 3600;
		if (Number(minutes) >= 60 || Number(seconds) >= 60) return `is "${text}"`;
		return (sign === '-' ? -1 : 1) * size * (hours && !text.includes('d') && !text.includes('°') ? 15 : 1);
	}
	const value = Number(cell);
	if (!Number.isFinite(value)) return `is "${String(cell).slice(0, 40)}"`;
	switch (unit) {
		case 'deg':
			return value;
		case 'hours':
			return value * 15;
		case 'rad':
			return (value * 180) / Math.PI;
		case 'arcsec':
			return value / 3600;
		case 'arcmin':
			return value / 60;
	}
}

function numberOf(cells: readonly Cell[], index: number | null): number {
	const cell = index === null ? null : (cells[index] ?? null);
	return typeof cell === 'number' ? cell : Number.NaN;
}

/** A row as a source, or a sentence that says why it is none. */
export function sourceOf(
	cells: readonly Cell[],
	mapping: Mapping,
	columns: readonly CatalogColumn[],
	number: number,
): CatalogSource | string {
	const ra = degreesOf(cells[mapping.ra] ?? null, mapping.raUnit, true);
	if (typeof ra === 'string') return `its right ascension ${ra}`;
	const dec = degreesOf(cells[mapping.dec] ?? null, mapping.decUnit, false);
	if (typeof dec === 'string') return `its declination ${dec}`;
	if (!(ra >= -180 && ra <= 360)) return `its right ascension is ${ra}°, which is none`;
	if (!(dec >= -90 && dec <= 90)) return `its declination is ${dec}°, which is none`;
	const redshift = numberOf(cells, mapping.redshift);
	const numbers: Record<string, number> = {};
	const texts: Record<string, string> = {};
	mapping.kept.forEach((index, i) => {
		const column = columns[i];
		const cell = cells[index] ?? null;
		if (column === undefined || cell === null) return;
		if (column.kind === 'number' && typeof cell === 'number') numbers[column.name] = cell;
		else texts[column.name] = String(cell);
	});
	const id = mapping.id
		.map((index) => String(cells[index] ?? ''))
		.join(' ')
		.trim();
	return {
		sourceId: id === '' ? String(number) : id,
		ra: wrapRa(ra),
		dec,
		mag: numberOf(cells, mapping.mag),
		// -99 and the like stand for none; nothing comes nearer than a redshift of -1
		redshift: redshift > -1 ? redshift : Number.NaN,
		numbers,
		texts,
	};
}

/** Name that a table of these columns has unless another is given: that of the TNS, else none. */
export function usualName(columns: readonly TableColumn[]): string | null {
	return isTns(columns) ? TNS : null;
}
