import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
	lsstPacket,
	lsstPart,
	MJD,
	stamp,
	type Values,
	ztfForced,
	ztfLimit,
	ztfPacket,
	ztfPrevious,
} from './packets.ts';

/** Packets of our own of objects that a page could trip over, and where each of them stands. */

/** Start of the newest exposure, JD UTC; the Rubin packets beside it are of the same nights. */
const NOW = 2_400_000.5 + MJD;

/** Ids of the odd objects. */
export const ODD = {
	single: 'ZTF26oneonly',
	many: 'ZTF26twothou',
	negative: 'ZTF26negativ',
	withoutCutouts: 'ZTF26nostamp',
	broken: 'ZTF26brokens',
	northPole: 'ZTF26northpo',
	nearNorthPole: 'ZTF26northby',
	southPole: '170226404518000001',
	beforeZero: 'ZTF26zerolef',
	afterZero: 'ZTF26zerorig',
	blue: 'ZTF26blueone',
	red: '170226404518000002',
	nan: 'ZTF26nanpixl',
	withoutFlux: '170226404518000003',
	limits: 'ZTF26limitss',
} as const;

/** What the packets of the large object hold: alerts, previous detections and forced measurements of each. */
export const MANY = { alerts: 20, previous: 50, forced: 49, period: 0.5427 } as const;

let candids = 0n;
const nextCandid = (): bigint => 3_382_250_005_015_000_000n + candids++;

interface Alert {
	readonly packet: Buffer;
	readonly candid: bigint;
}

function ztf(
	objectId: string,
	place: { ra: number; dec: number },
	changes: Values = {},
	candidate: Values = {},
): Alert {
	const candid = nextCandid();
	const history = changes['prv_candidates'];
	const before = (Array.isArray(history) ? (history as Values[]) : []).filter(({ candid }) => candid !== null);
	const own = { jd: NOW, nid: 3382, candid, ndethist: 1 + before.length, ...place, ...candidate };
	const first = Math.min(own.jd, ...before.map(({ jd }) => Number(jd)));
	const packet = ztfPacket(
		{ objectId, prv_candidates: null, fp_hists: null, ...changes },
		{ jdstarthist: first, ...own },
		'null',
		true,
	);
	return { packet, candid };
}

function previous(place: { ra: number; dec: number }, changes: Values): Values {
	return ztfPrevious({ candid: nextCandid(), ...place, ...changes });
}

/** A variable of one period and little noise, in g and r. */
function magAt(jd: number, fid: number): number {
	return 17.5 + 0.3 * fid + 0.4 * Math.sin((2 * Math.PI * jd) / MANY.period) + 0.02 * Math.sin(jd * 1e4);
}

function manyPoints(): Alert[] {
	const place = { ra: 40, dec: 20 };
	return Array.from({ length: MANY.alerts }, (_, i) => {
		const jd = NOW - 5 * (MANY.alerts - 1 - i);
		const fid = 1 + (i % 2);
		const detections = Array.from({ length: MANY.previous }, (_, k) => {
			const at = jd - 0.0913 * (k + 1);
			const filter = 1 + (k % 2);
			const [ra, dec] = [place.ra + 3e-5 * Math.sin(k * 7 + i), place.dec + 3e-5 * Math.cos(k * 5 + i)];
			return previous({ ra, dec }, { jd: at, fid: filter, magpsf: magAt(at, filter), sigmapsf: 0.03, nid: 3380 });
		});
		const forced = Array.from({ length: MANY.forced }, (_, k) => {
			const at = jd - 0.0913 * (k + 1) - 0.04;
			const filter = 1 + (k % 2);
			const flux = 10 ** (0.4 * (26.2 - magAt(at, filter)));
			return ztfForced({ jd: at, fid: filter, forcediffimflux: flux, forcediffimfluxunc: flux / 40 });
		});
		return ztf(
			ODD.many,
			place,
			{ prv_candidates: detections, fp_hists: forced },
			{ jd, fid, magpsf: magAt(jd, fid), sigmapsf: 0.03 },
		);
	});
}

function onlyNegative(): Alert {
	const place = { ra: 60, dec: -5 };
	const before = [1, 2, 3, 6, 7].map((days) =>
		previous(place, { jd: NOW - days, fid: 1, isdiffpos: 'f', magpsf: 18 + days / 20 }),
	);
	return ztf(
		ODD.negative,
		place,
		{ prv_candidates: before, fp_hists: [ztfForced({ jd: NOW - 1.5, forcediffimflux: -800 })] },
		{ isdiffpos: 'f', magpsf: 18 },
	);
}

const NO_STAMPS = { cutoutScience: null, cutoutTemplate: null, cutoutDifference: null };
const cut = (bytes: Buffer): Values => ({ fileName: 'stamp.fits.gz', stampData: bytes });

/** A gaussian source on a sky of 100, without a value where `hole` says so. */
function holed(hole: (x: number, y: number) => boolean): Buffer {
	return stamp(63, 63, (i) => {
		const [x, y] = [i % 63, Math.floor(i / 63)];
		if (hole(x, y)) return Number.NaN;
		return 100 + 900 * Math.exp(-((x - 31) ** 2 + (y - 31) ** 2) / 8) + 3 * Math.sin(i * 12.9);
	});
}

function nanPixels(): Alert {
	return ztf(
		ODD.nan,
		{ ra: 80, dec: 30 },
		{
			cutoutScience: cut(holed((x, y) => x > 40 || (x === 31 && y === 31))),
			cutoutTemplate: cut(stamp(63, 63, () => Number.NaN)),
			cutoutDifference: cut(stamp(63, 63, (i) => [Number.NaN, Infinity, -Infinity, 5][i % 4] ?? 0)),
		},
	);
}

function lsst(diaObjectId: string, source: Values, changes: Values = {}): Alert {
	const candid = nextCandid();
	const own = { diaSourceId: candid, diaObjectId: BigInt(diaObjectId), ...source };
	return { packet: lsstPacket('10.0', changes, own), candid };
}

function blueAndRed(): Alert[] {
	const [blue, red] = [
		{ ra: 120, dec: 5 },
		{ ra: 120.0001, dec: 5.0001 },
	];
	const seen = { ...red, psfFlux: 9000, psfFluxErr: 120, snr: 75, reliability: 0.9, band: 'z' };
	const before = lsstPart('10.0', 'diaSource', {
		...seen,
		diaSourceId: nextCandid(),
		diaObjectId: BigInt(ODD.red),
		visit: 2_026_040_600_201n,
		midpointMjdTai: MJD - 1.1,
		psfFlux: 8000,
	});
	return [
		ztf(ODD.blue, blue, { prv_candidates: [previous(blue, { jd: NOW - 2, fid: 1, magpsf: 18.2 })] }),
		lsst(ODD.red, { ...seen, midpointMjdTai: MJD + 0.01 }, { prvDiaSources: [before] }),
	];
}

/** The packets of every odd object, by its id. */
function oddAlerts(): Record<string, readonly Alert[]> {
	// the two of RA 0 stand 0.7 arcsec apart, and the left one was seen on both sides
	const [left, right] = [
		{ ra: 359.9999, dec: 10 },
		{ ra: 0.0001, dec: 10 },
	];
	const broken = {
		cutoutScience: cut(Buffer.from('no image')),
		cutoutTemplate: cut(Buffer.alloc(0)),
		cutoutDifference: cut(stamp(1, 1)),
	};
	const limits = Array.from({ length: 12 }, (_, i) => ztfLimit({ jd: NOW - 1 - i, diffmaglim: 19 + (i % 4) / 3 }));
	const [blue, red] = blueAndRed();
	if (!blue || !red) throw new Error('no pair');
	return {
		[ODD.single]: [ztf(ODD.single, { ra: 20, dec: 15 })],
		[ODD.many]: manyPoints(),
		[ODD.negative]: [onlyNegative()],
		[ODD.withoutCutouts]: [
			ztf(ODD.withoutCutouts, { ra: 30, dec: 15 }, NO_STAMPS, { jd: NOW - 1 }),
			ztf(ODD.withoutCutouts, { ra: 30, dec: 15 }, NO_STAMPS, { magpsf: 17.25 }),
		],
		[ODD.broken]: [ztf(ODD.broken, { ra: 35, dec: 15 }, broken)],
		[ODD.northPole]: [ztf(ODD.northPole, { ra: 123.4, dec: 90 })],
		[ODD.nearNorthPole]: [ztf(ODD.nearNorthPole, { ra: 303.4, dec: 89.9999 })],
		[ODD.southPole]: [lsst(ODD.southPole, { ra: 0, dec: -90 })],
		[ODD.beforeZero]: [
			ztf(ODD.beforeZero, left, {
				prv_candidates: [previous({ ra: 0.00005, dec: 10 }, { jd: NOW - 1 }), previous(left, { jd: NOW - 2 })],
			}),
		],
		[ODD.afterZero]: [ztf(ODD.afterZero, right)],
		[ODD.blue]: [blue],
		[ODD.red]: [red],
		[ODD.nan]: [nanPixels()],
		[ODD.withoutFlux]: [lsst(ODD.withoutFlux, { ra: 90, dec: -30, psfFlux: null, psfFluxErr: null, snr: null })],
		[ODD.limits]: [ztf(ODD.limits, { ra: 100, dec: 12 }, { prv_candidates: limits })],
	};
}

/** Writes all of them into a folder; answers the newest alert of each object. */
export function writeOddPackets(folder: string): ReadonlyMap<string, string> {
	const newest = new Map<string, string>();
	for (const [objectId, alerts] of Object.entries(oddAlerts())) {
		for (const { packet, candid } of alerts) {
			writeFileSync(join(folder, `${candid}.avro`), packet);
			newest.set(objectId, String(candid));
		}
	}
	return newest;
}
