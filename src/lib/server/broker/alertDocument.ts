import type { SourcedPoint } from '#lib/alert/lightCurve.ts';
import type { ObjectSummary } from '#lib/alert/object.ts';
import type { AlertDetail, AlertRow } from '#lib/alert/views.ts';
import { fluxFromMag } from '#lib/astro/photometry.ts';
import { jdFromMjd, utcFromTaiMjd } from '#lib/astro/time.ts';

type Document = Readonly<Record<string, unknown>>;

/** ZTF's numbers of its programmes; one that is not known is private. */
const PROGRAMMES: Readonly<Record<string, number>> = { public: 1, partnership: 2, caltech: 3 };
const FIDS: Readonly<Record<string, number>> = { g: 1, r: 2, i: 3 };

/** SkyPortal's reader takes fluxes of ZTF for 1e-9 µJy (zero point 23.9 after its factor 1e-9), all others for nJy. */
const ZTF_FLUX_PER_NJY = 1e6;

/** Julian date, UTC: as ZTF writes it (start of the exposure), else the middle of the exposure. */
function julianDate(survey: string, mjdTai: number, timeReceived: number | null): number {
	return survey === 'ztf' && timeReceived !== null ? timeReceived : jdFromMjd(utcFromTaiMjd(mjdTai));
}

/**
 * What SkyPortal's shared reader understands as brightness: magnitudes for ZTF, fluxes for the others. A ZTF point without a
 * magnitude, or fainter than the template, has none that could be read right, so its flux in the reader's own scale.
 */
function brightness(
	survey: string,
	point: Pick<SourcedPoint, 'mag' | 'magErr' | 'psfFlux' | 'psfFluxErr' | 'positive'>,
): Document {
	if (survey === 'ztf' && point.positive !== false && point.mag !== null && point.magErr !== null) {
		return { magpsf: point.mag, sigmapsf: point.magErr };
	}
	const scale = survey === 'ztf' ? ZTF_FLUX_PER_NJY : 1;
	return {
		psfFlux: point.psfFlux === null ? null : point.psfFlux * scale,
		psfFluxErr: point.psfFluxErr === null ? null : point.psfFluxErr * scale,
	};
}

function pointDocument(survey: string, point: SourcedPoint): Document {
	return {
		jd: julianDate(survey, point.mjd, point.timeReceived),
		band: point.band,
		ra: point.ra,
		dec: point.dec,
		...brightness(survey, point),
		...(survey === 'ztf' ? { programid: PROGRAMMES[point.programme] ?? 0 } : {}),
	};
}

/** A limit: no flux, and the error that makes 5 sigma of it. */
function limitDocument(survey: string, point: SourcedPoint): Document | null {
	if (point.limitMag === null) return null;
	const err = fluxFromMag(point.limitMag) / 5;
	return {
		jd: julianDate(survey, point.mjd, point.timeReceived),
		band: point.band,
		psfFlux: null,
		psfFluxErr: survey === 'ztf' ? err * ZTF_FLUX_PER_NJY : err,
		diffmaglim: point.limitMag,
		...(survey === 'ztf' ? { programid: PROGRAMMES[point.programme] ?? 0 } : {}),
	};
}

function candidateOf(alert: AlertRow, timeReceived: number | null): Document {
	const ztf = alert.survey === 'ztf';
	return {
		candid: alert.alertId,
		jd: julianDate(alert.survey, alert.mjd, timeReceived),
		ra: alert.ra,
		dec: alert.dec,
		band: alert.band,
		...(ztf
			? { fid: FIDS[alert.band] ?? null, programid: PROGRAMMES[alert.programme] ?? 0, drb: alert.reliability }
			: {}),
		...(ztf ? {} : { reliability: alert.reliability }),
		isdiffpos: alert.positive,
		magpsf: alert.mag,
		sigmapsf: alert.magErr,
		diffmaglim: alert.limitMag,
		snr: alert.snr,
	};
}

/** One alert without its history, as a list of a broker shows it. `candid` is text: it has 64 bits. */
export function listedAlert(alert: AlertRow): Document {
	return {
		candid: alert.alertId,
		objectId: alert.objectId,
		survey: alert.survey.toUpperCase(),
		origin: alert.origin,
		candidate: candidateOf(alert, null),
	};
}

/** An object as SkyPortal saves it: its newest alert with every point that the reader may see. */
export function objectDocument(summary: ObjectSummary, newest: AlertDetail, points: readonly SourcedPoint[]): Document {
	const { survey } = summary;
	const ofKind = (kind: SourcedPoint['kind']): SourcedPoint[] => points.filter((point) => point.kind === kind);
	const { timeReceived } = newest.core;
	return {
		candid: newest.alertId,
		objectId: summary.objectId,
		survey: survey.toUpperCase(),
		origin: summary.origin,
		candidate: candidateOf(newest, typeof timeReceived === 'number' ? timeReceived : null),
		prv_candidates: ofKind('detection').map((point) => pointDocument(survey, point)),
		fp_hists: ofKind('forcedPhotometry').map((point) => pointDocument(survey, point)),
		prv_nondetections: ofKind('upperLimit').flatMap((point) => limitDocument(survey, point) ?? []),
		classifications: summary.class === '' ? {} : { [summary.class]: summary.classScore },
		...(newest.scores.length === 0
			? {}
			: {
					scores: newest.scores.flatMap(({ model, version, label, score }) =>
						score === null ? [] : [{ model, version, label, score }],
					),
				}),
	};
}
