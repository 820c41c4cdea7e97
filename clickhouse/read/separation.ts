import { separationArcsec } from '#lib/astro/sphere.ts';

/** Rows of a cone search with their distance from its centre, arcsec; other rows as they are. */
export function withSeparation<Row extends { readonly ra: number; readonly dec: number }>(
	rows: readonly Row[],
	centre: { readonly ra: number; readonly dec: number } | undefined,
): (Row & { sepArcsec?: number })[] {
	if (centre === undefined) return [...rows];
	return rows.map((row) => ({ ...row, sepArcsec: separationArcsec(centre.ra, centre.dec, row.ra, row.dec) }));
}
