import type { Alert } from '#lib/alert/alert.ts';
import { LSPSC } from '#lib/alert/catalog.ts';
import type { CatalogMatch } from '#lib/alert/enriched.ts';
import { findSurvey } from '#lib/alert/surveys.ts';

const places = new Map<string, ReadonlyMap<string, number>>();

/** A number of the survey's own fields; NaN where it is absent. */
function own(alert: Alert, name: string): number {
	let byName = places.get(alert.survey);
	if (byName === undefined) {
		byName = new Map((findSurvey(alert.survey)?.fields ?? []).map((field, place) => [field.name, place]));
		places.set(alert.survey, byName);
	}
	const value = alert.fields[byName.get(name) ?? -1];
	return typeof value === 'number' ? value : Number.NaN;
}

/** A known solar system object explains the alert: named, and for ZTF near enough or of about the predicted brightness. */
export function isRock(alert: Alert): boolean {
	if (alert.survey !== 'ztf') return alert.ssoName !== null;
	const sep = own(alert, 'ssdistnr');
	const predicted = own(alert, 'ssmagnr');
	if (!(sep >= 0) || !(predicted >= 0)) return false;
	// ephemerides age: a cut at 12 arcsec alone let 18 % of the known asteroids through
	return sep < 12 || (sep < 30 && Math.abs(predicted - alert.mag) <= 1);
}

/** On a star of PS1, by the rule of BOOM; absent values make a condition false. */
export function isOnStar(alert: Alert): boolean {
	const score = own(alert, 'sgscore1');
	const sep = own(alert, 'distpsnr1');
	if (score > 0.76 && sep >= 0 && sep <= 2) return true;
	const r = own(alert, 'srmag1');
	const red = (mag: number): boolean => mag > 0 && r - mag > 3;
	return score > 0.2 && sep >= 0 && sep <= 1 && r > 0 && (red(own(alert, 'szmag1')) || red(own(alert, 'simag1')));
}

/** Near a bright star of Gaia or PS1, by the rule of BOOM; absent values make a condition false. */
export function isNearBrightStar(alert: Alert): boolean {
	const gaiaSep = own(alert, 'neargaiabright');
	const gaiaMag = own(alert, 'maggaiabright');
	if (gaiaSep >= 0 && gaiaSep <= 20 && gaiaMag > 0 && gaiaMag <= 12) return true;
	for (const i of [1, 2, 3]) {
		const sep = own(alert, `distpsnr${i}`);
		const r = own(alert, `srmag${i}`);
		if (own(alert, `sgscore${i}`) > 0.49 && sep >= 0 && sep <= 20 && r > 0 && r <= 15) return true;
	}
	const isBright = (mag: number): boolean => mag > 0 && mag < 17;
	const sep = own(alert, 'distpsnr1');
	return (
		own(alert, 'sgscore1') === 0.5 &&
		sep >= 0 &&
		sep < 0.5 &&
		['sgmag1', 'srmag1', 'simag1'].some((name) => isBright(own(alert, name)))
	);
}

/** For Rubin: on a star, and near a bright one, by the matches with LSPSC; null where no source of it is near, for then its footprint may end here. */
export function starsByCatalog(matches: readonly CatalogMatch[]): { star: boolean; nearBrightStar: boolean } | null {
	let seen = false;
	let star = false;
	let nearBrightStar = false;
	for (const { catalog, sepArcsec, mag, numbers } of matches) {
		if (catalog !== LSPSC) continue;
		seen = true;
		if (!((numbers['score'] ?? 0) > 0.5)) continue;
		if (sepArcsec <= 1) star = true;
		if (sepArcsec <= 20 && mag <= 15) nearBrightStar = true;
	}
	return seen ? { star, nearBrightStar } : null;
}

/** Detections in the packet, its own included. */
export function packetDetections(alert: Alert): number {
	let n = 1;
	for (const point of alert.history) if (point.kind === 'detection') n += 1;
	return n;
}

/** Fink's label of solar system objects in ZTF: 0 none, 1 first detection, 2 candidate, 3 known; later rules override. */
export function roidOf(alert: Alert): number {
	const seen = own(alert, 'ndethist');
	const valid = packetDetections(alert);
	const starSep = own(alert, 'distpsnr1');
	const score = own(alert, 'sgscore1');
	let roid = 0;
	if (seen === 1) roid = 1;
	// no PS1 source there is no star there
	if (!(score >= 0.76) && seen <= 2) roid = 2;
	if (starSep > 0 && starSep < 5) roid = 0;
	if (valid === 2) {
		const before = alert.history.find(({ kind }) => kind === 'detection');
		if (before !== undefined && Math.abs(alert.mjd - before.mjd) > 30 / 1440) roid = 0;
	}
	if (seen === 2 && valid === 1) roid = 0;
	const sep = own(alert, 'ssdistnr');
	const isNearer = !(starSep >= 0) || starSep > sep;
	if (sep >= 0 && sep < 5 && isNearer && seen <= 5 && valid <= 5) roid = 3;
	return roid;
}
