import type { Survey } from '#lib/alert/survey.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { markPath } from '#lib/components/lightcurve/marks.ts';
import { separationArcsec } from '#lib/astro/sphere.ts';
import { tangentOffsets } from '#lib/astro/tangent.ts';

/** Something to point out around a position. */
export interface SkyMarker {
	/** ICRS degrees. */
	readonly ra: number;
	readonly dec: number;
	/** The object itself, one of its alerts, a catalogue's match, another object, or what SIMBAD has there. */
	readonly kind: 'object' | 'alert' | 'match' | 'neighbour' | 'simbad';
	readonly label: string;
	/** A line under the label: magnitude, catalogue, distance. */
	readonly detail?: string;
	/** Its shape. */
	readonly survey?: string;
	/** Page it leads to. */
	readonly href?: string;
}

export const KIND_WORDS: Readonly<Record<SkyMarker['kind'], string>> = {
	object: 'This object',
	alert: 'Alerts',
	match: 'Catalogue matches',
	neighbour: 'Other objects',
	simbad: 'SIMBAD',
};

/** SVG path of a marker's sign about 0, 0; the object's own is a cross with an open middle. */
export function signPath(marker: Pick<SkyMarker, 'kind' | 'survey'>): string {
	const shape: Survey['mark'] = findSurvey(marker.survey ?? '')?.mark ?? 'circle';
	switch (marker.kind) {
		case 'object':
			return 'M-16 0H-7M7 0H16M0 -16V-7M0 7V16';
		case 'alert':
			return markPath(shape, 'detection', 0, 0, 3.2);
		case 'match':
			return 'M-5 -5L5 5M-5 5L5 -5';
		case 'neighbour':
			return markPath(shape, 'detection', 0, 0, 6);
		case 'simbad':
			return 'M0 -6L6 0L0 6L-6 0Z';
	}
}

/** Tangent-plane offsets from a centre, degrees: x to the east, y to the north; null beyond 80 degrees. */
export function tangent(
	centre: { readonly ra: number; readonly dec: number },
	position: { readonly ra: number; readonly dec: number },
): readonly [number, number] | null {
	const away = separationArcsec(centre.ra, centre.dec, position.ra, position.dec);
	return away > 80 * 3600 ? null : tangentOffsets(centre, position);
}

/** An angle in words a reader can place: degrees, arcminutes or arcseconds. */
export function angleWords(deg: number): string {
	if (deg >= 1) return `${deg >= 10 ? deg.toFixed(0) : deg.toFixed(1)}°`;
	const arcmin = deg * 60;
	if (arcmin >= 1) return `${arcmin >= 10 ? arcmin.toFixed(0) : arcmin.toFixed(1)}′`;
	const arcsec = deg * 3600;
	return `${arcsec >= 10 ? arcsec.toFixed(0) : arcsec.toFixed(1)}″`;
}

/** A round angle (1, 2, 5, 10, 30 of a unit) of at most `deg`, degrees. */
export function roundAngle(deg: number): number {
	const steps = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 18_000, 36_000, 72_000, 108_000];
	return (steps.findLast((arcsec) => arcsec <= deg * 3600) ?? 1) / 3600;
}

/** Markers with their distance (arcsec) from a centre, nearest first. */
export function byDistance(
	markers: readonly SkyMarker[],
	centre: { readonly ra: number; readonly dec: number },
): { readonly marker: SkyMarker; readonly sepArcsec: number }[] {
	return markers
		.map((marker) => ({ marker, sepArcsec: separationArcsec(centre.ra, centre.dec, marker.ra, marker.dec) }))
		.sort((a, b) => a.sepArcsec - b.sepArcsec);
}
