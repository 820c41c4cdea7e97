import type { Alert } from '#lib/alert/alert.ts';
import type { CurvePoint } from '#lib/alert/enriched.ts';
import type { PointKind } from '#lib/alert/lightCurve.ts';
import type { Origin } from '#lib/alert/survey.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import type { PointColumns } from '#clickhouse/read/ingest.ts';
import type { PhotometryRow } from '#clickhouse/records.ts';

const KIND_ORDER: Readonly<Record<PointKind, number>> = { detection: 1, upperLimit: 2, forcedPhotometry: 3 };

/** A point of a batch with the precision that the store gives it, so that reading it back changes nothing. */
function asStored(point: PhotometryRow['point']): CurvePoint {
	return {
		kind: point.kind,
		band: point.band,
		mjd: point.mjd,
		psfFlux: Math.fround(point.psfFlux),
		psfFluxErr: Math.fround(point.psfFluxErr),
		mag: Math.fround(point.mag),
		magErr: Math.fround(point.magErr),
		limitMag: Math.fround(point.limitMag),
		positive: point.positive,
		ra: point.ra,
		dec: point.dec,
		programme: point.programme,
	};
}

/** The shown points of an object for one programme, in time order. */
interface Shown {
	readonly points: readonly CurvePoint[];
	/** Versions of one point stand at different times: which is shown depends on the alert. */
	readonly uneven: boolean;
}

/**
 * Every version of every point of one object that a batch knows: those stored at its watermark and its own. Gives the light
 * curve of an alert as readers of its time see it (design rules 1, 6 and 7; clickhouse/queries/light_curve.sql).
 */
export class ObjectPoints {
	private readonly key: number[];
	private readonly own: boolean[];
	private readonly alertMjd: number[];
	private readonly alertId: bigint[];
	private readonly origin: Origin[];
	private readonly points: CurvePoint[];
	private readonly shown = new Map<string, Shown>();
	/** Every version is a point of its own: nothing has to be chosen. */
	private isSingle = false;

	/** Takes the columns over: they grow with the rows of the batch. */
	constructor(stored?: PointColumns) {
		this.key = stored?.key ?? [];
		this.own = stored?.own ?? [];
		this.alertMjd = stored?.alertMjd ?? [];
		this.alertId = stored?.alertId ?? [];
		this.origin = stored?.origin ?? [];
		this.points = stored?.points ?? [];
	}

	/** Says how many different points the versions are of, once all are added. */
	countDistinct(distinct: number): void {
		this.isSingle = distinct === this.points.length;
	}

	/** Adds a row of the batch; before the first curve is asked for. */
	add(row: PhotometryRow): void {
		this.key.push(row.key);
		this.own.push(row.own);
		this.alertMjd.push(row.alertMjd);
		this.alertId.push(row.alertId);
		this.origin.push(row.origin);
		this.points.push(asStored(row.point));
	}

	/** Shown points no later than the alert, of its programme and public ones only, in time order. */
	curveOf(alert: Pick<Alert, 'survey' | 'programme' | 'origin' | 'mjd'>): readonly CurvePoint[] {
		const name = `${alert.programme} ${alert.origin}`;
		let all = this.shown.get(name);
		if (all === undefined) {
			all = this.show(alert, Number.POSITIVE_INFINITY);
			this.shown.set(name, all);
		}
		if (all.uneven) return this.show(alert, alert.mjd).points;
		let end = all.points.length;
		while (end > 0 && (all.points[end - 1]?.mjd ?? 0) > alert.mjd) end -= 1;
		return end === all.points.length ? all.points : all.points.slice(0, end);
	}

	private show({ survey, programme, origin }: Pick<Alert, 'survey' | 'programme' | 'origin'>, upToMjd: number): Shown {
		const open = new Set([programme]);
		for (const entry of findSurvey(survey)?.programmes ?? []) if (entry.public) open.add(entry.name);
		const isIn = (i: number, point: CurvePoint): boolean =>
			point.mjd <= upToMjd && this.origin[i] === origin && open.has(point.programme);
		if (this.isSingle) {
			const all: number[] = [];
			for (let i = 0; i < this.points.length; i += 1) {
				const point = this.points[i];
				if (point !== undefined && isIn(i, point)) all.push(i);
			}
			return { points: this.inOrder(all), uneven: false };
		}
		const best = new Map<number, number>();
		let uneven = false;
		for (let i = 0; i < this.points.length; i += 1) {
			const point = this.points[i];
			if (point === undefined || !isIn(i, point)) continue;
			const key = this.key[i] ?? 0;
			const other = best.get(key);
			if (other === undefined) best.set(key, i);
			else {
				uneven ||= this.points[other]?.mjd !== point.mjd;
				if (this.comesBefore(i, other)) best.set(key, i);
			}
		}
		return { points: this.inOrder([...best.values()]), uneven };
	}

	/** The points of these versions in time order. */
	private inOrder(versions: number[]): CurvePoint[] {
		for (let i = 1; i < versions.length; i += 1) {
			if (this.compare(versions[i - 1] ?? 0, versions[i] ?? 0) > 0) {
				versions.sort((a, b) => this.compare(a, b));
				break;
			}
		}
		const points: CurvePoint[] = [];
		for (const version of versions) {
			const point = this.points[version];
			if (point !== undefined) points.push(point);
		}
		return points;
	}

	/** Whether version a is shown and not b: the detection's own alert, else the greatest packet (alert mjd, alertId). */
	private comesBefore(a: number, b: number): boolean {
		if (this.own[a] !== this.own[b]) return this.own[a] === true;
		const later = (this.alertMjd[a] ?? 0) - (this.alertMjd[b] ?? 0);
		return later === 0 ? (this.alertId[a] ?? 0n) > (this.alertId[b] ?? 0n) : later > 0;
	}

	private compare(a: number, b: number): number {
		const p = this.points[a];
		const q = this.points[b];
		if (p === undefined || q === undefined) return 0;
		if (p.mjd !== q.mjd) return p.mjd - q.mjd;
		if (p.kind !== q.kind) return KIND_ORDER[p.kind] - KIND_ORDER[q.kind];
		if (p.band !== q.band) return p.band < q.band ? -1 : 1;
		return (this.key[a] ?? 0) - (this.key[b] ?? 0);
	}
}
