import { readCutoutsOf } from '#clickhouse/read/cutout.ts';
import { CUTOUT_KINDS } from '#lib/alert/cutout.ts';
import type { ObjectSummary } from '#lib/alert/object.ts';
import type { AlertRow } from '#lib/alert/views.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { csvLine } from '#lib/format/csv.ts';
import { cutoutEnding } from './bundle.ts';
import { readAhead, tarStream } from './tarStream.ts';

const COLUMNS = ['survey', 'objectId', 'alertId', 'mjd', 'ra', 'dec', 'band', 'mag', 'positive'] as const;

/** An alert whose cutouts go into an archive. */
export type PicturedAlert = Pick<AlertRow, (typeof COLUMNS)[number]>;

/** The newest alert that a search found of an object. */
export function newestOf(object: ObjectSummary): PicturedAlert {
	return {
		survey: object.survey,
		objectId: object.objectId,
		alertId: object.lastAlertId,
		mjd: object.lastMjd,
		ra: object.ra,
		dec: object.dec,
		band: object.lastBand,
		mag: object.lastMag,
		positive: object.lastPositive,
	};
}

const FOLDER = 'nightjar-cutouts';

function readme(alerts: readonly PicturedAlert[], total: number, { version, madeAt, origin }: ArchiveOptions): string {
	const labels = [...new Set(alerts.map(({ survey }) => findSurvey(survey)?.label ?? survey))];
	return `Cutouts of ${alerts.length} of ${total} that a search found, from Nightjar ${version}, ${madeAt.toISOString()}.${origin === 'real' ? '' : ` ORIGIN ${origin}: nothing here was observed on the sky.`}

SURVEY-ALERT-KIND  science, template and difference as the survey sent them; ZTF turns the difference of a negative
                   detection over (template minus science)
alerts.csv         a row for each alert: ICRS degrees, MJD TAI at mid-exposure, AB magnitude (Vega in J and H), and the
                   file of each cutout, empty where the packet had none or it is no longer kept. It comes last.

The images are ${labels.join("'s, ")}'s: the data policy of each survey holds for them.
`;
}

interface ArchiveOptions {
	readonly version: string;
	readonly madeAt: Date;
	readonly origin: string;
}

/** A tar of the cutouts of some alerts, made while it is read: memory holds those of two alerts. */
export function cutoutArchive(
	{ store, scope }: Pick<App.Locals, 'store' | 'scope'>,
	alerts: readonly PicturedAlert[],
	{ total, version, signal: given }: { readonly total: number; readonly version: string; readonly signal: AbortSignal },
): ReadableStream<Uint8Array> {
	const madeAt = new Date();
	return tarStream(
		async (add, signal) => {
			await add(`${FOLDER}/README.txt`, readme(alerts, total, { version, madeAt, origin: scope.origin }));
			const read = ({ survey, alertId }: PicturedAlert) =>
				readCutoutsOf(store, scope, { survey, alertId: BigInt(alertId) }, { signal });
			let table = csvLine([...COLUMNS, ...CUTOUT_KINDS]);
			for await (const [alert, cutouts] of readAhead(alerts, read)) {
				signal.throwIfAborted();
				const names = new Map<string, string>();
				for (const [kind, bytes] of cutouts) {
					const name = `${alert.survey}-${alert.alertId}-${kind}.${cutoutEnding(bytes)}`;
					names.set(kind, name);
					await add(`${FOLDER}/${name}`, bytes);
				}
				table += csvLine([...COLUMNS.map((name) => alert[name]), ...CUTOUT_KINDS.map((kind) => names.get(kind))]);
			}
			await add(`${FOLDER}/alerts.csv`, table);
		},
		{ signal: given, madeAt },
	);
}
