import { readAlert } from '#clickhouse/read/alerts.ts';
import { readCutoutsOf } from '#clickhouse/read/cutout.ts';
import { IMAGE_COLUMNS, imageColumns } from '#lib/alert/images.ts';
import type { SourcedPoint } from '#lib/alert/lightCurve.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import type { AlertRow } from '#lib/alert/views.ts';
import { csvLine, type CsvValue } from '#lib/format/csv.ts';
import { isGzip } from '#lib/format/fits.ts';
import type { ObjectPage } from './objectPage.ts';
import { readAhead, tarStream, type AddFile } from './tarStream.ts';

/** Newest alerts whose fields and cutouts go into a bundle. */
export const BUNDLE_ALERTS = 1000;

const POINT_COLUMNS = [
	'survey',
	'objectId',
	'kind',
	'band',
	'mjd',
	'psfFlux',
	'psfFluxErr',
	'mag',
	'magErr',
	'limitMag',
	'positive',
	'ra',
	'dec',
	'programme',
	'alertId',
	'sourceId',
	'timeReceived',
	'exposureAssumed',
	'flags',
] as const;

/** The light curve of an object page as CSV. */
function photometryCsv({ points }: ObjectPage): string {
	const lineOf = (point: SourcedPoint): string => {
		const images = imageColumns(point);
		return csvLine([
			...POINT_COLUMNS.map((name): CsvValue => point[name]),
			...IMAGE_COLUMNS.map((name): CsvValue => images[name]),
		]);
	};
	return csvLine([...POINT_COLUMNS, ...IMAGE_COLUMNS]) + points.map(lineOf).join('');
}

const json = (value: unknown): string => `${JSON.stringify(value, null, '\t')}\n`;

function readme(page: ObjectPage, version: string, madeAt: string): string {
	const { summary, alerts } = page;
	const label = findSurvey(summary.survey)?.label ?? summary.survey;
	const left = alerts.length > BUNDLE_ALERTS ? ` The newest ${BUNDLE_ALERTS} of ${alerts.length} alerts.` : '';
	return `${label} object ${summary.objectId}, from Nightjar ${version}, ${madeAt}.
${page.asOf === null ? 'As known then.' : `As it was known at ${page.asOf}.`}${summary.origin === 'real' ? '' : ` ORIGIN ${summary.origin}: nothing here was observed on the sky.`}${left}

object.json        position (ICRS degrees), times (MJD, TAI, mid-exposure), class and what made it, neighbours, associations
photometry.csv     every point of the light curve, with those of other surveys within 2 arcsec; psfFlux in nJy, signed;
                   mag of |psfFlux|, AB (Vega in J and H); limitMag 5 sigma; templateFlux and scienceFlux of the
                   images behind it, where the packets say; scienceMag is the apparent magnitude, empty below 3 sigma
alerts/ID.json     every field of an alert as it came, with where and when it was received
cutouts/ID-KIND    science, template and difference as the survey sent them; ZTF turns the difference of a negative
                   detection over (template minus science)
matches.json       every catalogue that was tried and what was found: matched, none, or notDone with the reason
scores.json        what models said of each alert, with their version
versions.json      what made each part, and when it became known
LICENCE.txt, CITATION.txt
`;
}

function licence({ summary, matches }: ObjectPage): string {
	const label = findSurvey(summary.survey)?.label ?? summary.survey;
	const catalogs = [...new Set(matches.runs.map((run) => `${run.catalog} ${run.release}`.trim()))];
	return `Photometry, fields and images are ${label}'s: its data policy holds for them.
${catalogs.length === 0 ? '' : `Sources of catalogues are their authors': ${catalogs.join(', ')}; their licences are on the page of catalogues.\n`}What Nightjar added (features, classes, matches, associations) may be used freely, with the citation.
`;
}

function citation({ summary, matches }: ObjectPage, version: string): string {
	const label = findSurvey(summary.survey)?.label ?? summary.survey;
	return `Cite ${label} for the data as its policy asks, the catalogues that you use, and Nightjar ${version} (alert broker) for the rest.
Object: ${summary.survey}/${summary.objectId}; newest alert ${summary.lastAlertId}.
Catalogues: ${matches.runs.map((run) => `${run.catalog} ${run.release}`.trim()).join(', ') || 'none'}.
`;
}

function versions(page: ObjectPage, version: string, madeAt: string): unknown {
	return {
		nightjar: version,
		madeAt,
		asOf: page.asOf,
		class: { model: page.summary.classModel },
		alerts: page.alerts.map(({ alertId, knownAt }) => ({ alertId, knownAt })),
		catalogs: page.matches.runs.map(({ catalog, release, state, knownAt }) => ({ catalog, release, state, knownAt })),
		models: [...new Set(page.scores.map(({ model, version: of }) => `${model} ${of}`))],
		associations: page.associations.map(({ survey, objectId, knownAt }) => ({ survey, objectId, knownAt })),
	};
}

/** Ending of the file that a cutout is, as it came. */
export function cutoutEnding(bytes: Uint8Array): string {
	if (isGzip(bytes)) return 'fits.gz';
	return bytes[0] === 0xff && bytes[1] === 0xd8 ? 'jpg' : 'fits';
}

async function fill(put: AddFile, page: ObjectPage, { locals, version, signal, at }: FillOptions): Promise<void> {
	const { store, scope } = locals;
	const madeAt = at.toISOString();
	const add: AddFile = (name, content) => put(`${folderOf(page)}/${name}`, content);
	await add('README.txt', readme(page, version, madeAt));
	await add('LICENCE.txt', licence(page));
	await add('CITATION.txt', citation(page, version));
	await add(
		'object.json',
		json({
			...page.summary,
			constellation: page.constellation,
			neighbours: page.neighbours,
			associations: page.associations,
		}),
	);
	await add('photometry.csv', photometryCsv(page));
	await add('matches.json', json(page.matches.runs));
	await add('scores.json', json(page.scores));
	await add('versions.json', json(versions(page, version, madeAt)));
	const read = ({ survey, alertId }: AlertRow) =>
		Promise.all([
			readAlert(store, scope, survey, BigInt(alertId), { signal }),
			readCutoutsOf(store, scope, { survey, alertId: BigInt(alertId) }, { signal }),
		]);
	for await (const [{ alertId }, [detail, cutouts]] of readAhead(page.alerts.slice(0, BUNDLE_ALERTS), read)) {
		signal.throwIfAborted();
		if (detail === null) continue;
		await add(`alerts/${alertId}.json`, json(detail));
		for (const [kind, bytes] of cutouts) await add(`cutouts/${alertId}-${kind}.${cutoutEnding(bytes)}`, bytes);
	}
}

interface BundleOptions {
	readonly locals: Pick<App.Locals, 'store' | 'scope'>;
	readonly version: string;
	readonly signal: AbortSignal;
}
type FillOptions = BundleOptions & { readonly at: Date };

/** Name of the folder in the archive: no sign in it that a file system minds. */
export function folderOf({ summary }: ObjectPage): string {
	return `${summary.survey}-${summary.objectId.replace(/[^A-Za-z0-9_.+-]/g, '_')}`.slice(0, 80);
}

/** A tar of everything known of an object, made while it is read: memory holds two alerts at a time. */
export function objectBundle(page: ObjectPage, options: BundleOptions): ReadableStream<Uint8Array> {
	const at = new Date();
	return tarStream((add, signal) => fill(add, page, { ...options, signal, at }), {
		signal: options.signal,
		madeAt: at,
	});
}
