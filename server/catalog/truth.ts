import { createHash } from 'node:crypto';
import type { Survey } from '#lib/alert/survey.ts';
import { SURVEYS } from '#lib/alert/surveys.ts';
import { fluxFromMag } from '#lib/astro/photometry.ts';
import type { Cell, TableColumn } from '#lib/format/tableColumn.ts';
import { readKnownTruth } from '#clickhouse/read/truth.ts';
import type { Store } from '#clickhouse/store.ts';
import { insertTruth, type TruthRow } from '#clickhouse/write/truth.ts';
import { CatalogError } from './error.ts';
import { openTable } from './table.ts';

/** Surveys that are simulations of others, so that it is known what their alerts really were. */
export const LABELLED_SURVEYS: readonly Survey[] = SURVEYS.filter(({ fixedOrigin }) => fixedOrigin === 'test');

/** What a file of truths is and where the names of its classes stand. */
export interface TruthRequest {
	readonly path: string;
	readonly survey: Survey;
	/** A table of numbers and names of classes; null = the numbers stay. */
	readonly classes: string | null;
}

/** What a load did. */
export interface TruthOutcome {
	/** Alerts whose truth is new. */
	readonly stored: number;
	/** Alerts whose truth was stored before. */
	readonly known: number;
	/** Rows of measurements that made no alert. */
	readonly undetected: number;
	/** Rows that cannot be used, and the first of them with the reason. */
	readonly bad: number;
	readonly badRows: readonly string[];
	/** Alerts by class, most first. */
	readonly byClass: readonly (readonly [name: string, alerts: number])[];
}

const BATCH = 10_000;
const SHOWN_BAD = 10;
/** SNANA's mark of a thing that sends no light. */
const DARK_MAG = 40;

/** Names under which files give each part, as SNANA and the DESC's broker comparison write them, first. */
const NAMES = {
	id: /^(?:source_?id|dia_?source_?id|alert_?id)$/i,
	object: /^(?:snid|dia_?object_?id|object_?id)$/i,
	class: /^(?:true_?gentype|gentype|true_?class|class|label)$/i,
	mjd: /^(?:mjd|mid_?point_?tai|mjd_?tai)$/i,
	mag: /^(?:true_?genmag|genmag)$/i,
	detect: /^detect(?:ed)?$/i,
} as const;

type Places = Readonly<Record<keyof typeof NAMES, number>>;

function placesOf(columns: readonly TableColumn[]): Places {
	const place = (part: keyof typeof NAMES): number => columns.findIndex(({ name }) => NAMES[part].test(name));
	const places = {
		...{ id: place('id'), object: place('object'), class: place('class') },
		...{ mjd: place('mjd'), mag: place('mag'), detect: place('detect') },
	};
	for (const [part, example] of [
		['id', 'SourceID'],
		['object', 'SNID'],
		['class', 'TRUE_GENTYPE'],
		['mjd', 'MJD'],
	] as const) {
		if (places[part] < 0) {
			const names = columns.map(({ name }) => name).join(', ');
			throw new CatalogError(
				`No column looks like ${example}: a file of truths has one row for each alert with its id, object, class and time. It has: ${names}.`,
			);
		}
	}
	return places;
}

/** Names of classes by their numbers, from a table with a column for each. */
async function readClasses(path: string, store: Store): Promise<Map<string, string>> {
	const table = await openTable(path, store);
	try {
		const number = table.columns.findIndex(({ kind }) => kind === 'number');
		const name = table.columns.findIndex(({ kind }) => kind === 'text');
		if (number < 0 || name < 0) {
			throw new CatalogError(`${path} must have a header, a column of numbers and one of names of classes.`);
		}
		const classes = new Map<string, string>();
		for await (const { cells } of table.rows()) {
			const [code, text] = [cells[number] ?? null, cells[name] ?? null];
			if (code !== null && text !== null) classes.set(String(code), String(text));
		}
		return classes;
	} finally {
		await table.close();
	}
}

/** A positive whole number of 64 bits, or null. */
function idOf(cell: Cell | undefined): bigint | null {
	const text = String(cell ?? '').trim();
	if (!/^\d{1,20}$/.test(text)) return null;
	const id = BigInt(text);
	return id > 0n && id < 2n ** 64n ? id : null;
}

const numberOf = (cell: Cell | undefined): number =>
	cell === null || cell === undefined || cell === '' ? Number.NaN : Number(cell);

function rowOf(
	cells: readonly Cell[],
	places: Places,
	classes: ReadonlyMap<string, string>,
	survey: Survey,
): TruthRow | string {
	const alertId = idOf(cells[places.id]);
	if (alertId === null) return 'it has no id of an alert';
	const object = cells[places.object] ?? null;
	if (object === null) return 'it has no object';
	const given = cells[places.class] ?? null;
	if (given === null) return 'it has no class';
	const mjd = numberOf(cells[places.mjd]);
	if (Number.isNaN(mjd)) return 'it has no time';
	const code = String(given);
	const name = classes.get(code) ?? (/^\d+$/.test(code) ? `type ${code}` : code);
	const mag = numberOf(cells[places.mag]);
	return {
		survey: survey.name,
		alertId,
		objectId: String(object),
		simId: `${survey.name} ${String(object)}`,
		...{ class: name, group: name, mjd, band: '' },
		programme: survey.programmes.find((programme) => programme.public)?.name ?? 'private',
		flux: mag < DARK_MAG ? fluxFromMag(mag) : Number.NaN,
		snr: Number.NaN,
		parameters: JSON.stringify({ type: given }),
	};
}

/**
 * Loads what the alerts of a survey's own simulation really were, one row for each alert (CSV, Parquet, VOTable, FITS table). Read by no filter,
 * feature or network: only what is found is compared with it. What is stored already is left as it is, so that a load can be repeated.
 */
export async function loadTruth(
	store: Store,
	{ path, survey, classes: classesPath }: TruthRequest,
	onProgress: (rows: number, share: number) => void = () => undefined,
): Promise<TruthOutcome> {
	const classes = classesPath === null ? new Map<string, string>() : await readClasses(classesPath, store);
	const table = await openTable(path, store);
	const totals = { stored: 0, known: 0, undetected: 0, bad: 0 };
	const badRows: string[] = [];
	const byClass = new Map<string, number>();
	let batch = new Map<bigint, TruthRow>();
	let read = 0;
	const write = async (): Promise<void> => {
		const known = await readKnownTruth(store, survey.name, [...batch.keys()]);
		const fresh = [...batch.values()].filter(({ alertId }) => !known.has(alertId));
		const ids = fresh.map(({ alertId }) => alertId).join();
		const token = createHash('sha256').update(ids).digest('hex');
		await insertTruth(store, fresh, `truth:${survey.name}:${token}`, 'test');
		for (const row of fresh) byClass.set(row.class, (byClass.get(row.class) ?? 0) + 1);
		totals.stored += fresh.length;
		totals.known += known.size;
		batch = new Map();
		onProgress(read, table.share());
	};
	try {
		const places = placesOf(table.columns);
		for await (const { place, cells } of table.rows()) {
			read += 1;
			if (numberOf(cells[places.detect]) === 0) {
				totals.undetected += 1;
				continue;
			}
			const row = rowOf(cells, places, classes, survey);
			if (typeof row === 'string') {
				totals.bad += 1;
				if (badRows.length < SHOWN_BAD) badRows.push(`${place}: ${row}`);
				continue;
			}
			batch.set(row.alertId, row);
			if (batch.size >= BATCH) await write();
		}
		if (batch.size > 0) await write();
	} finally {
		await table.close();
	}
	return { ...totals, badRows, byClass: [...byClass].sort((a, b) => b[1] - a[1]) };
}
