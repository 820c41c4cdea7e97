import type { ShownPoint } from './lightCurve.ts';

/** What a column of points holds: one value for each, or, where they are few, `of` and the place of each in it; without `at` all have the one. */
type Column<Value> = readonly Value[] | { readonly of: readonly Value[]; readonly at?: readonly number[] };

type Plain = Omit<ShownPoint, 'images'>;

/** Points column by column: each field once, whatever their number. */
type PointColumns = { readonly [Name in keyof Plain]: Column<Plain[Name]> } & {
	readonly length: number;
	/** Whether the images are of another alert; null for points without. */
	readonly borrowed: Column<boolean | null>;
	readonly templateFlux: Column<number | null>;
	readonly templateErr: Column<number | null>;
	readonly scienceFlux: Column<number | null>;
	readonly scienceErr: Column<number | null>;
};

/** More different values than this are written out. */
const MOST_WORDS = 200;

function columnOf<Value>(points: readonly ShownPoint[], valueOf: (point: ShownPoint) => Value): Column<Value> {
	const values = points.map(valueOf);
	const places = new Map<Value, number>();
	for (const value of values) {
		if (places.has(value)) continue;
		places.set(value, places.size);
		if (places.size > MOST_WORDS || places.size * 4 > values.length + 4) return values;
	}
	const of = [...places.keys()];
	return of.length === 1 ? { of } : { of, at: values.map((value) => places.get(value) ?? 0) };
}

function isList<Value>(column: Column<Value>): column is readonly Value[] {
	return Array.isArray(column);
}

/** Value of each point in a column. */
function reader<Value>(column: Column<Value>): (place: number) => Value {
	// both are as long as the points are many
	if (isList(column)) return (place) => column[place] as Value;
	const { of, at } = column;
	return at === undefined ? () => of[0] as Value : (place) => of[at[place] ?? 0] as Value;
}

/**
 * Points as a text of columns, for the data of a page: about a quarter of what they weigh as objects. Numbers come back as they were,
 * ids stay texts; fields that no view shows (programme, source, time as received) are left out.
 */
export function textOfPoints(points: readonly ShownPoint[]): string {
	const columns: PointColumns = {
		length: points.length,
		survey: columnOf(points, ({ survey }) => survey),
		objectId: columnOf(points, ({ objectId }) => objectId),
		kind: columnOf(points, ({ kind }) => kind),
		band: columnOf(points, ({ band }) => band),
		mjd: columnOf(points, ({ mjd }) => mjd),
		psfFlux: columnOf(points, ({ psfFlux }) => psfFlux),
		psfFluxErr: columnOf(points, ({ psfFluxErr }) => psfFluxErr),
		mag: columnOf(points, ({ mag }) => mag),
		magErr: columnOf(points, ({ magErr }) => magErr),
		limitMag: columnOf(points, ({ limitMag }) => limitMag),
		positive: columnOf(points, ({ positive }) => positive),
		ra: columnOf(points, ({ ra }) => ra),
		dec: columnOf(points, ({ dec }) => dec),
		alertId: columnOf(points, ({ alertId }) => alertId),
		exposureAssumed: columnOf(points, ({ exposureAssumed }) => exposureAssumed),
		flags: columnOf(points, ({ flags }) => flags),
		borrowed: columnOf(points, ({ images }) => images?.borrowed ?? null),
		templateFlux: columnOf(points, ({ images }) => images?.template?.flux ?? null),
		templateErr: columnOf(points, ({ images }) => images?.template?.err ?? null),
		scienceFlux: columnOf(points, ({ images }) => images?.science?.flux ?? null),
		scienceErr: columnOf(points, ({ images }) => images?.science?.err ?? null),
	};
	return JSON.stringify(columns);
}

/** The points of such a text, in their order. */
export function pointsOfText(text: string): ShownPoint[] {
	const columns = JSON.parse(text) as PointColumns;
	const [survey, objectId, kind, band] = [
		reader(columns.survey),
		reader(columns.objectId),
		reader(columns.kind),
		reader(columns.band),
	];
	const [mjd, ra, dec] = [reader(columns.mjd), reader(columns.ra), reader(columns.dec)];
	const [psfFlux, psfFluxErr] = [reader(columns.psfFlux), reader(columns.psfFluxErr)];
	const [mag, magErr, limitMag] = [reader(columns.mag), reader(columns.magErr), reader(columns.limitMag)];
	const [positive, alertId] = [reader(columns.positive), reader(columns.alertId)];
	const [exposureAssumed, flags, borrowed] = [
		reader(columns.exposureAssumed),
		reader(columns.flags),
		reader(columns.borrowed),
	];
	const template = fluxReader(columns.templateFlux, columns.templateErr);
	const science = fluxReader(columns.scienceFlux, columns.scienceErr);
	return Array.from({ length: columns.length }, (_, i): ShownPoint => {
		const point = {
			survey: survey(i),
			objectId: objectId(i),
			kind: kind(i),
			band: band(i),
			mjd: mjd(i),
			psfFlux: psfFlux(i),
			psfFluxErr: psfFluxErr(i),
			mag: mag(i),
			magErr: magErr(i),
			limitMag: limitMag(i),
			positive: positive(i),
			ra: ra(i),
			dec: dec(i),
			alertId: alertId(i),
			exposureAssumed: exposureAssumed(i),
			flags: flags(i),
		};
		const own = borrowed(i);
		return own === null ? point : { ...point, images: { template: template(i), science: science(i), borrowed: own } };
	});
}

function fluxReader(
	fluxes: Column<number | null>,
	errs: Column<number | null>,
): (place: number) => { flux: number; err: number } | null {
	const [flux, err] = [reader(fluxes), reader(errs)];
	return (place) => {
		const value = flux(place);
		return value === null ? null : { flux: value, err: err(place) ?? Number.NaN };
	};
}
