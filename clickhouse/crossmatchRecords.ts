import type { CatalogMatch, CatalogRun } from '#lib/alert/enriched.ts';
import type { Catalog, CatalogSource } from '#lib/alert/catalog.ts';
import type { Origin } from '#lib/alert/survey.ts';
import type { BatchStamp } from './records.ts';
import type { RowBinaryWriter } from './rowBinary.ts';

// Rows of the tables of catalogues, crossmatches and associations; as in records.ts each list of columns stands by its writer.

const ORIGIN_CODE: Readonly<Record<Origin, number>> = { real: 1, test: 2, simulated: 3 };
const STATE_CODE: Readonly<Record<CatalogRun['state'], number>> = { matched: 1, none: 2, notDone: 3 };
const MOST_RANKS = 65_535;

function numbers(row: RowBinaryWriter, values: Readonly<Record<string, number>>): void {
	const entries = Object.entries(values);
	row.varUInt(entries.length);
	for (const [name, value] of entries) {
		row.string(name);
		row.f64(value);
	}
}

function texts(row: RowBinaryWriter, values: Readonly<Record<string, string>>): void {
	const entries = Object.entries(values);
	row.varUInt(entries.length);
	for (const [name, value] of entries) {
		row.string(name);
		row.string(value);
	}
}

function stamp(row: RowBinaryWriter, batch: BatchStamp): void {
	row.string(batch.writer);
	row.u64(batch.number);
	row.dateTime64(batch.knownAtMs);
}

export const CATALOG_COLUMNS = [
	'catalog', 'release', 'origin', 'description', 'licence', 'source_url', 'radius_arcsec', 'radius_kpc', 'near_radius_arcsec',
	'columns', 'rows', 'sha256', 'added_at', 'removed', 'citation',
]; // prettier-ignore

/** Appends a row of the catalogs table. */
export function writeCatalog(
	row: RowBinaryWriter,
	catalog: Omit<Catalog, 'addedAt'>,
	addedAtMs: number,
	removed: boolean,
): void {
	row.string(catalog.name);
	row.string(catalog.release);
	row.u8(ORIGIN_CODE[catalog.origin]);
	row.string(catalog.description);
	row.string(catalog.licence);
	row.string(catalog.sourceUrl);
	row.f32(catalog.radiusArcsec);
	row.f32(catalog.radiusKpc);
	row.f32(catalog.nearRadiusArcsec);
	row.string(JSON.stringify(catalog.columns));
	row.u64(BigInt(catalog.rows));
	row.string(catalog.sha256);
	row.dateTime64(addedAtMs);
	row.bool(removed);
	row.string(catalog.citation);
}

export const SOURCE_COLUMNS = [
	'catalog', 'release', 'origin', 'hpx29', 'source_id', 'ra', 'dec', 'mag', 'redshift', 'numbers', 'texts',
]; // prettier-ignore

/** Appends a row of the catalog_sources table. */
export function writeSource(
	row: RowBinaryWriter,
	catalog: Pick<Catalog, 'name' | 'release' | 'origin'>,
	source: CatalogSource,
	hpx29: bigint,
): void {
	row.string(catalog.name);
	row.string(catalog.release);
	row.u8(ORIGIN_CODE[catalog.origin]);
	row.u64(hpx29);
	row.string(source.sourceId);
	row.f64(source.ra);
	row.f64(source.dec);
	row.f32(source.mag);
	row.f32(source.redshift);
	numbers(row, source.numbers);
	texts(row, source.texts);
}

/** The alert, or the object at its newest position (alertId 0), that was matched. */
export interface MatchedAlert {
	readonly survey: string;
	readonly objectId: string;
	readonly alertId: bigint;
	readonly programme: string;
	readonly origin: Origin;
}

function writeAlertKey(row: RowBinaryWriter, alert: MatchedAlert): void {
	row.string(alert.survey);
	row.string(alert.objectId);
	row.u64(alert.alertId);
	row.string(alert.programme);
	row.u8(ORIGIN_CODE[alert.origin]);
}

export const MATCH_COLUMNS = [
	'survey', 'object_id', 'alert_id', 'programme', 'origin', 'catalog', 'release', 'source_id', 'rank', 'sep_arcsec', 'ra', 'dec', 'mag',
	'redshift', 'numbers', 'texts', 'writer', 'number', 'known_at',
]; // prettier-ignore

/** Appends a row of the crossmatches table; rank 1 is the nearest source of its catalogue. */
export function writeMatch(
	row: RowBinaryWriter,
	entry: { readonly alert: MatchedAlert; readonly match: CatalogMatch; readonly rank: number },
	batch: BatchStamp,
): void {
	const { match } = entry;
	writeAlertKey(row, entry.alert);
	row.string(match.catalog);
	row.string(match.release);
	row.string(match.sourceId);
	row.u16(Math.min(MOST_RANKS, entry.rank));
	row.f32(match.sepArcsec);
	row.f64(match.ra);
	row.f64(match.dec);
	row.f32(match.mag);
	row.f32(match.redshift);
	numbers(row, match.numbers);
	texts(row, match.texts);
	stamp(row, batch);
}

export const RUN_COLUMNS = [
	'survey', 'object_id', 'alert_id', 'programme', 'origin', 'catalog', 'release', 'state', 'n_matches', 'radius_arcsec', 'reason',
	'writer', 'number', 'known_at',
]; // prettier-ignore

/** Appends a row of the crossmatch_runs table. */
export function writeRun(
	row: RowBinaryWriter,
	entry: {
		readonly alert: MatchedAlert;
		readonly run: CatalogRun;
		readonly nMatches: number;
	},
	batch: BatchStamp,
): void {
	const { run } = entry;
	writeAlertKey(row, entry.alert);
	row.string(run.catalog);
	row.string(run.release);
	row.u8(STATE_CODE[run.state]);
	row.u16(Math.min(MOST_RANKS, entry.nMatches));
	row.f32(run.radiusArcsec);
	row.string(run.reason);
	stamp(row, batch);
}

/** Two objects of different surveys at one place, seen from the first. */
export interface AssociationRow {
	readonly survey: string;
	readonly objectId: string;
	readonly otherSurvey: string;
	readonly otherObjectId: string;
	readonly programme: string;
	readonly otherProgramme: string;
	readonly origin: Origin;
	readonly sepArcsec: number;
	readonly rank: number;
	readonly alertId: bigint;
}

export const ASSOCIATION_COLUMNS = [
	'survey', 'object_id', 'other_survey', 'other_object_id', 'programme', 'other_programme', 'origin', 'sep_arcsec', 'rank', 'alert_id',
	'code_version', 'writer', 'number', 'known_at',
]; // prettier-ignore

/** Appends a row of the associations table. */
export function writeAssociation(
	row: RowBinaryWriter,
	entry: AssociationRow,
	codeVersion: string,
	batch: BatchStamp,
): void {
	row.string(entry.survey);
	row.string(entry.objectId);
	row.string(entry.otherSurvey);
	row.string(entry.otherObjectId);
	row.string(entry.programme);
	row.string(entry.otherProgramme);
	row.u8(ORIGIN_CODE[entry.origin]);
	row.f32(entry.sepArcsec);
	row.u16(Math.min(MOST_RANKS, entry.rank));
	row.u64(entry.alertId);
	row.string(codeVersion);
	stamp(row, batch);
}
