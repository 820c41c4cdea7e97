import type { MoreHead, MoreValues } from '#lib/alert/moreColumns.ts';
import type { ObjectSummary } from '#lib/alert/object.ts';
import type { AlertRow } from '#lib/alert/views.ts';
import { galacticFromIcrs } from '#lib/astro/sphere.ts';
import { isoFromTaiMjd } from '#lib/astro/time.ts';
import { count, fieldText, fixed, signed } from '#lib/format/text.ts';

export type ResultRow = (ObjectSummary | AlertRow) & {
	/** Values of columns that were added. */
	readonly more?: MoreValues;
};

/** A column of a result: what its head says, and the text of a row. */
export interface ResultColumn {
	/** Name in addresses. */
	readonly key: string;
	readonly head: string;
	readonly unit: string;
	/** What the address calls the order by it. */
	readonly sort?: string;
	/** Shown where no columns are chosen: always, or in a cone search. */
	readonly usual: 'yes' | 'cone' | 'no';
	/** Words are set to the left, numbers on their decimal point. */
	readonly words?: true;
	/** What the column holds, in a few words, where head and unit do not say it. */
	readonly about?: string;
	readonly text: (row: ResultRow) => string;
	/** Of a column of times: the moment itself, MJD TAI; it is shown in the zone that the reader chose. */
	readonly time?: (row: ResultRow) => number | null;
}

/** Whether a row is an object, rather than one alert. */
export const isObject = (row: ResultRow): row is ObjectSummary & Pick<ResultRow, 'more'> => 'lastAlertId' in row;

/** What tells a row from the others of a result: survey and id. */
export const rowKey = (row: ResultRow): string => `${row.survey} ${isObject(row) ? row.objectId : row.alertId}`;

const minutes = (mjd: number | null): string =>
	mjd === null ? '–' : isoFromTaiMjd(mjd).slice(0, 16).replace('T', ' ');
const orDash = (text: string | null): string => (text === null || text === '' ? '–' : text);
const ofObject =
	(text: (row: ObjectSummary) => string) =>
	(row: ResultRow): string =>
		isObject(row) ? text(row) : '';
const ofAlert =
	(text: (row: AlertRow) => string) =>
	(row: ResultRow): string =>
		isObject(row) ? '' : text(row);

/** The key of the magnitude, which is drawn with its band and sign. */
export const MAG = 'mag';

const position: readonly ResultColumn[] = [
	{ key: 'ra', sort: 'ra', head: 'RA', unit: '°', usual: 'yes', text: (row) => fixed(row.ra, 5) },
	{ key: 'dec', sort: 'dec', head: 'Dec', unit: '°', usual: 'yes', text: (row) => signed(row.dec, 5) },
	{
		key: 'sep',
		sort: 'sep',
		head: 'Distance',
		unit: '″',
		usual: 'cone',
		about: 'from the centre of the cone',
		text: (row) => fixed('sepArcsec' in row ? row.sepArcsec : undefined, 2),
	},
	{
		key: 'l',
		head: 'l',
		unit: '°',
		usual: 'no',
		about: 'galactic longitude',
		text: (row) => fixed(galacticFromIcrs(row.ra, row.dec).lon, 4),
	},
	{
		key: 'b',
		head: 'b',
		unit: '°',
		usual: 'no',
		about: 'galactic latitude',
		text: (row) => signed(galacticFromIcrs(row.ra, row.dec).lat, 4),
	},
];
const scores: readonly ResultColumn[] = [
	{
		key: 'real',
		sort: 'reliability',
		head: 'Real',
		unit: 'score',
		usual: 'yes',
		about: 'the survey’s own real/bogus score',
		text: (row) => fixed(row.reliability, 3),
	},
	{
		key: 'star',
		head: 'Star',
		unit: 'score',
		usual: 'no',
		about: 'how star-like the nearest catalogue source is',
		text: (row) => fixed(row.starScore, 3),
	},
	{
		key: 'classModel',
		head: 'Class by',
		unit: 'model',
		usual: 'no',
		words: true,
		text: (row) => orDash(row.classModel),
	},
	{
		key: 'sso',
		head: 'Solar system',
		unit: 'designation',
		usual: 'no',
		words: true,
		text: (row) => orDash(row.ssoName),
	},
];
const detections: ResultColumn = {
	key: 'n',
	sort: 'nDetections',
	head: 'N',
	unit: 'det.',
	usual: 'yes',
	about: 'detections that the survey counts',
	text: (row) => count(row.nDetections),
};

/** Columns of a result of objects, in the order in which they stand. */
export const OBJECT_COLUMNS: readonly ResultColumn[] = [
	...position,
	{ key: MAG, sort: 'mag', head: 'Last', unit: 'AB mag', usual: 'yes', text: ofObject((row) => fixed(row.lastMag, 2)) },
	{
		key: 'magErr',
		head: '± last',
		unit: 'mag',
		usual: 'no',
		about: 'error of the last magnitude',
		text: ofObject((row) => fixed(row.lastMagErr, 3)),
	},
	{
		key: 'magMin',
		head: 'Brightest',
		unit: 'AB mag',
		usual: 'no',
		about: 'of its alerts, any band',
		text: ofObject((row) => fixed(row.magMin, 2)),
	},
	...scores,
	detections,
	{ key: 'nAlerts', head: 'Alerts', unit: 'n', usual: 'no', text: ofObject((row) => count(row.nAlerts)) },
	{
		key: 'age',
		sort: 'age',
		head: 'Age',
		unit: 'd',
		usual: 'yes',
		about: 'from first to last detection',
		text: ofObject((row) => fixed(row.lastMjd - row.firstMjd, 1)),
	},
	{
		key: 'first',
		head: 'First seen',
		unit: 'UTC',
		usual: 'no',
		text: ofObject((row) => minutes(row.firstMjd)),
		time: (row) => (isObject(row) ? row.firstMjd : null),
	},
	{
		key: 'time',
		sort: 'mjd',
		head: 'Last seen',
		unit: 'UTC',
		usual: 'yes',
		text: ofObject((row) => minutes(row.lastMjd)),
		time: (row) => (isObject(row) ? row.lastMjd : null),
	},
	{
		key: 'mjd',
		head: 'Last seen',
		unit: 'MJD TAI',
		usual: 'no',
		text: ofObject((row) => fixed(row.lastMjd, 5)),
	},
];

/** Columns of a result of alerts, in the order in which they stand. */
export const ALERT_COLUMNS: readonly ResultColumn[] = [
	{ key: 'object', head: 'Object', unit: 'id', usual: 'no', words: true, text: (row) => row.objectId },
	...position,
	{ key: MAG, sort: 'mag', head: 'Mag', unit: 'AB mag', usual: 'yes', text: ofAlert((row) => fixed(row.mag, 2)) },
	{ key: 'magErr', head: '± mag', unit: 'mag', usual: 'no', text: ofAlert((row) => fixed(row.magErr, 3)) },
	{
		key: 'flux',
		head: 'Flux',
		unit: 'nJy',
		usual: 'no',
		about: 'PSF flux of the difference',
		text: ofAlert((row) => fixed(row.psfFlux, 0)),
	},
	{ key: 'snr', head: 'S/N', unit: 'σ', usual: 'no', text: ofAlert((row) => fixed(row.snr, 1)) },
	{
		key: 'limit',
		head: 'Limit',
		unit: 'AB mag',
		usual: 'no',
		about: '5σ limit of its image',
		text: ofAlert((row) => fixed(row.limitMag, 2)),
	},
	...scores,
	{
		key: 'starSep',
		head: 'Star at',
		unit: '″',
		usual: 'no',
		about: 'distance of the nearest catalogue source',
		text: ofAlert((row) => fixed(row.starSepArcsec, 2)),
	},
	detections,
	{
		key: 'age',
		sort: 'age',
		head: 'Age',
		unit: 'd',
		usual: 'yes',
		about: 'since the first detection',
		text: ofAlert((row) => fixed(row.age, 1)),
	},
	{
		key: 'time',
		sort: 'mjd',
		head: 'Time',
		unit: 'UTC',
		usual: 'yes',
		text: ofAlert((row) => minutes(row.mjd)),
		time: (row) => (isObject(row) ? null : row.mjd),
	},
	{ key: 'mjd', head: 'Time', unit: 'MJD TAI', usual: 'no', text: ofAlert((row) => fixed(row.mjd, 5)) },
	{ key: 'night', head: 'Night', unit: 'date', usual: 'no', words: true, text: ofAlert((row) => row.night) },
	{
		key: 'programme',
		head: 'Programme',
		unit: 'of survey',
		usual: 'no',
		words: true,
		text: ofAlert((row) => orDash(row.programme)),
	},
];

/** A number in five digits, or five decimals from 1 on: files have all of them. */
function shortened(value: number): number {
	return Number(Math.abs(value) >= 1 ? value.toFixed(5) : value.toPrecision(5));
}

/** Columns that the reader added from the field catalogue and from models; each sorts by its own name. */
export function addedColumns(heads: readonly MoreHead[]): readonly ResultColumn[] {
	return heads.map(({ key, head, unit, about, words }) => ({
		key,
		sort: key,
		head,
		unit,
		about,
		usual: 'no',
		...(words ? { words: true as const } : {}),
		text: (row) => {
			const value = row.more?.[key] ?? null;
			return fieldText(typeof value === 'number' ? shortened(value) : value);
		},
	}));
}

/** The columns to show: those asked for by key, in their usual order; without any the usual ones. Unknown keys are passed over. */
export function chosenColumns(
	all: readonly ResultColumn[],
	keys: readonly string[],
	inCone: boolean,
): readonly ResultColumn[] {
	const asked = all.filter(({ key }) => keys.includes(key) && (inCone || key !== 'sep'));
	if (asked.length > 0) return asked;
	return all.filter(({ usual }) => usual === 'yes' || (usual === 'cone' && inCone));
}
