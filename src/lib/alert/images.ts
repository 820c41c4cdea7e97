import { scienceFlux, seenMag, type Flux } from '#lib/astro/photometry.ts';
import type { ImageLight, ShownPoint } from './lightCurve.ts';
import { findSurvey } from './surveys.ts';

/** What one alert's own fields say of its point. */
export interface PointNote {
	readonly survey: string;
	readonly objectId: string;
	readonly alertId: string;
	readonly band: string;
	readonly mjd: number;
	readonly images: { readonly template: Flux | null; readonly science: Flux | null };
	readonly flags: readonly string[];
}

type Key = Pick<PointNote, 'survey' | 'objectId' | 'band'>;
const seriesKey = ({ survey, objectId, band }: Key): string => `${survey} ${objectId} ${band}`;

/** Reads an alert's own fields; null for a survey whose packets say nothing of its images. */
export function pointNote(
	alert: Omit<PointNote, 'images' | 'flags'>,
	fields: Readonly<Record<string, unknown>>,
): PointNote | null {
	const reader = findSurvey(alert.survey)?.point;
	if (reader === undefined) return null;
	const values = {
		number: (name: string): number => (typeof fields[name] === 'number' ? fields[name] : Number.NaN),
		truth: (name: string): boolean => fields[name] === true,
	};
	const { survey, objectId, alertId, band, mjd } = alert;
	return { survey, objectId, alertId, band, mjd, images: reader.images(values), flags: reader.flags(values) };
}

/** Of notes in time order, the one nearest to a moment. */
function nearestInTime(notes: readonly PointNote[], mjd: number): PointNote | null {
	let [low, high] = [0, notes.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((notes[middle]?.mjd ?? 0) < mjd) low = middle + 1;
		else high = middle;
	}
	const [before, after] = [notes[low - 1] ?? null, notes[low] ?? null];
	if (before === null || after === null) return before ?? after;
	return mjd - before.mjd <= after.mjd - mjd ? before : after;
}

/** Notes of each survey, object and band in time order. */
function bySeries(notes: readonly PointNote[]): Map<string, PointNote[]> {
	const series = new Map<string, PointNote[]>();
	for (const note of [...notes].sort((a, b) => a.mjd - b.mjd)) {
		const key = seriesKey(note);
		const own = series.get(key);
		if (own) own.push(note);
		else series.set(key, [note]);
	}
	return series;
}

function lightOf(point: ShownPoint, note: PointNote, borrowed: boolean): ImageLight | null {
	const { template } = note.images;
	const measured = point.psfFlux !== null && point.psfFluxErr !== null;
	const added =
		template !== null && measured ? scienceFlux(template, { flux: point.psfFlux, err: point.psfFluxErr }) : null;
	const science = borrowed ? added : (note.images.science ?? added);
	return template === null && science === null ? null : { template, science, borrowed };
}

/**
 * Points with the light of their images and the flags of their alerts. A measured point without an alert of its own takes the template
 * of the object's alert nearest in time in its band; upper limits take none.
 */
export function withImages<Point extends ShownPoint>(points: readonly Point[], notes: readonly PointNote[]): Point[] {
	const byAlert = new Map(notes.map((note) => [`${note.survey} ${note.alertId}`, note]));
	const series = bySeries(notes);
	return points.map((point) => {
		const own = point.alertId === null ? undefined : byAlert.get(`${point.survey} ${point.alertId}`);
		const note = own ?? nearestInTime(series.get(seriesKey(point)) ?? [], point.mjd);
		if (note === null || point.kind === 'upperLimit') return point;
		const images = lightOf(point, note, own === undefined);
		const flags = own === undefined ? point.flags : own.flags.join(', ');
		return { ...point, ...(images === null ? {} : { images }), flags };
	});
}

/** Names of the columns of a point's images in a file, as the downloads have them (clickhouse/read/export.ts). */
export const IMAGE_COLUMNS = [
	'templateFlux',
	'templateFluxErr',
	'templateBorrowed',
	'scienceFlux',
	'scienceFluxErr',
	'scienceMag',
	'scienceMagErr',
] as const;

/** The light of a point's images as columns: fluxes in nJy, magnitude AB and null below 3 sigma. */
export function imageColumns({
	images,
}: Pick<ShownPoint, 'images'>): Record<(typeof IMAGE_COLUMNS)[number], number | boolean | null> {
	const { template = null, science = null, borrowed = false } = images ?? {};
	const seen = science === null ? null : seenMag(science);
	return {
		templateFlux: template?.flux ?? null,
		templateFluxErr: template?.err ?? null,
		templateBorrowed: template === null ? null : borrowed,
		scienceFlux: science?.flux ?? null,
		scienceFluxErr: science?.err ?? null,
		scienceMag: seen?.mag ?? null,
		scienceMagErr: seen?.magErr ?? null,
	};
}
