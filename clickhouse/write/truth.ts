import type { Origin } from '#lib/alert/survey.ts';
import { ORIGIN_CODE } from '../records.ts';
import { RowBinaryWriter } from '../rowBinary.ts';
import type { Store } from '../store.ts';

/** What an alert of a simulated sky, ours or a survey's, really was. */
export interface TruthRow {
	readonly survey: string;
	readonly alertId: bigint;
	readonly objectId: string;
	/** Name of the simulated thing, the same in every survey that sees it. */
	readonly simId: string;
	readonly class: string;
	readonly group: string;
	/** MJD TAI, middle of the exposure. */
	readonly mjd: number;
	readonly band: string;
	readonly programme: string;
	/** nJy, without noise. */
	readonly flux: number;
	readonly snr: number;
	/** JSON. */
	readonly parameters: string;
}

const COLUMNS = [
	'survey', 'alert_id', 'object_id', 'sim_id', 'class', 'group', 'mjd', 'band', 'flux', 'snr', 'parameters', 'programme', 'origin', 'writer',
	'number', 'known_at',
]; // prettier-ignore

/** Inserts what alerts of one origin really were; the same token twice inserts once. */
export async function insertTruth(
	store: Store,
	rows: readonly TruthRow[],
	token: string,
	origin: Exclude<Origin, 'real'> = 'simulated',
): Promise<void> {
	if (rows.length === 0) return;
	const row = new RowBinaryWriter(rows.length * 512);
	const now = Date.now();
	for (const truth of rows) {
		row.string(truth.survey);
		row.u64(truth.alertId);
		row.string(truth.objectId);
		row.string(truth.simId);
		row.string(truth.class);
		row.string(truth.group);
		row.f64(truth.mjd);
		row.string(truth.band);
		row.f32(truth.flux);
		row.f32(truth.snr);
		row.string(truth.parameters);
		row.string(truth.programme);
		row.enum8(ORIGIN_CODE[origin]);
		row.string(origin === 'simulated' ? 'simulation' : 'truth');
		row.u64(0n);
		row.dateTime64(now);
	}
	await store.insert('truth', COLUMNS, row.finish(), token);
}
