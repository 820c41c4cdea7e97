import type { Alert } from '#lib/alert/alert.ts';
import type { PhotometricPoint } from '#lib/alert/lightCurve.ts';
import { carriedHash, pointKey } from '#lib/alert/pointHash.ts';

/** The place of a packet in the order that decides which value of a point is shown: (alert mjd, alertId). */
export interface PacketKey {
	readonly alertMjd: number;
	readonly alertId: bigint;
}

/** One stored value of a point and the packet it came with. */
export interface KnownVersion extends PacketKey {
	readonly value: number;
	readonly own: boolean;
}

/** Stored points of one object by their key. */
export type KnownPoints = Map<number, KnownVersion[]>;

/** An earlier alert of an object with the traces of what it carried. */
export interface CarriedAlert extends PacketKey {
	readonly carried: ReadonlySet<number>;
}

/** A point to append. */
export interface NewPoint extends PacketKey {
	readonly point: PhotometricPoint;
	readonly key: number;
	readonly value: number;
	readonly own: boolean;
}

/** A value that a later known packet had confirmed and that a late one would wrongly displace: its row is appended again under that packet. */
export interface Reaffirmed extends PacketKey {
	readonly key: number;
	readonly value: number;
}

/** -1, 0 or 1 as packet a comes before, with or after b. */
export function comparePackets(a: PacketKey, b: PacketKey): number {
	if (a.alertMjd !== b.alertMjd) return a.alertMjd < b.alertMjd ? -1 : 1;
	return a.alertId === b.alertId ? 0 : a.alertId < b.alertId ? -1 : 1;
}

/** The version that readers see among those that are not the detection's own alert: that of the greatest packet. */
function newest(versions: readonly KnownVersion[]): KnownVersion | undefined {
	let best: KnownVersion | undefined;
	for (const version of versions) {
		if (!version.own && (best === undefined || comparePackets(version, best) > 0)) best = version;
	}
	return best;
}

/** Whether an alert of the object is known that comes after this packet: only then can it displace what a later one confirmed. */
export function hasLaterAlert(known: KnownPoints, packet: PacketKey): boolean {
	for (const versions of known.values()) {
		if (versions.some((version) => version.own && comparePackets(version, packet) > 0)) return true;
	}
	return false;
}

/** What one alert adds to the photometry of its object. */
export interface PointChoice {
	readonly points: NewPoint[];
	readonly reaffirmed: Reaffirmed[];
	/** Traces of everything the packet carried besides its own detection. */
	readonly carried: number[];
}

/**
 * Chooses the points of an alert to append (design rule 1) and adds them to `known`: new points, points with values that
 * differ from those known, and the alert's own detection. A repeated value is dropped unless dropping it would leave an
 * older one on show. `laterAlerts` gives the known alerts of the object that come after this packet: the order in which
 * packets arrive must not show. Without `remember`, `known` stays as it is: no other alert of the object follows.
 */
export function choosePoints(
	alert: Alert,
	known: KnownPoints,
	laterAlerts: readonly CarriedAlert[],
	remember = true,
): PointChoice {
	// written out and not spread: spreading costs 2 us a point
	const { mjd: alertMjd, alertId } = alert;
	const packet: PacketKey = { alertMjd, alertId };
	const choice: PointChoice = { points: [], reaffirmed: [], carried: [] };

	const own: NewPoint = {
		alertMjd,
		alertId,
		point: alert.detection,
		key: pointKey(alert.detection),
		value: alert.detection.valueHash,
		own: true,
	};
	choice.points.push(own);
	if (remember) add(known, own.key, { alertMjd, alertId, value: own.value, own: true });

	const seen = new Set<number>([own.key]);
	for (const point of alert.history) {
		const key = pointKey(point);
		if (seen.has(key)) continue; // a packet that repeats a point counts once
		seen.add(key);
		const value = point.valueHash;
		choice.carried.push(carriedHash(key, value));
		const versions = known.get(key);
		if (versions === undefined) {
			choice.points.push({ alertMjd, alertId, point, key, value, own: false });
			if (remember) known.set(key, [{ alertMjd, alertId, value, own: false }]);
			continue;
		}
		const latest = newest(versions);
		const isKnown = versions.some((version) => version.value === value);
		const wouldShow = latest === undefined || comparePackets(packet, latest) > 0;
		if (isKnown && (!wouldShow || latest === undefined || latest.value === value)) continue;
		let again: Reaffirmed | undefined;
		if (wouldShow && latest !== undefined) {
			again = confirmedLater(key, value, versions, packet, laterAlerts);
		}
		choice.points.push({ alertMjd, alertId, point, key, value, own: false });
		if (again !== undefined) choice.reaffirmed.push(again);
		if (!remember) continue;
		versions.push({ alertMjd, alertId, value, own: false });
		if (again !== undefined) {
			versions.push({ alertMjd: again.alertMjd, alertId: again.alertId, value: again.value, own: false });
		}
	}
	return choice;
}

function add(known: KnownPoints, key: number, version: KnownVersion): void {
	const versions = known.get(key);
	if (versions === undefined) known.set(key, [version]);
	else versions.push(version);
}

/** The value of the greatest later packet that carried a known value of this point, unless it is the new value itself. */
function confirmedLater(
	key: number,
	value: number,
	versions: readonly KnownVersion[],
	packet: PacketKey,
	laterAlerts: readonly CarriedAlert[],
): Reaffirmed | undefined {
	const traces = new Map(versions.map((version) => [carriedHash(key, version.value), version.value]));
	traces.set(carriedHash(key, value), value);
	let best: Reaffirmed | undefined;
	for (const later of laterAlerts) {
		if (comparePackets(later, packet) <= 0 || (best !== undefined && comparePackets(later, best) <= 0)) continue;
		for (const [trace, carriedValue] of traces) {
			if (later.carried.has(trace)) {
				best = { alertMjd: later.alertMjd, alertId: later.alertId, key, value: carriedValue };
				break;
			}
		}
	}
	return best !== undefined && best.value !== value ? best : undefined;
}
