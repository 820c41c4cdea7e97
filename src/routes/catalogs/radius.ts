import type { MatchRule } from '#lib/alert/catalog.ts';

/** How far a source may lie from an alert, in words: arcsec, and kpc for galaxies. */
export function radiusText({ radiusArcsec, radiusKpc, nearRadiusArcsec }: MatchRule): string {
	return radiusKpc > 0 ? `${radiusArcsec}–${nearRadiusArcsec}″, ${radiusKpc} kpc` : `${radiusArcsec}″`;
}
