import { mix, PURPOSE } from './random.ts';
import type { Visit } from './schedule/visit.ts';
import { jdFromMjd, utcFromTaiMjd } from '#lib/astro/time.ts';

/** ZTF nights are numbered 9000 to 9222 and repeat after 223 nights: the only numbers that a 64-bit id leaves free. */
const ZTF_NIGHT_EPOCH = 20_454; // 2026-01-01
const ZTF_NIGHTS = 223;
const LSST_BASE = 8_000_000_000_000_000_000n;
const LETTERS = 26n ** 7n;

/** The reserved number of a ZTF night. */
export function ztfNid(night: number): number {
	return 9000 + ((((night - ZTF_NIGHT_EPOCH) % ZTF_NIGHTS) + ZTF_NIGHTS) % ZTF_NIGHTS);
}

/** Start of an exposure as JD UTC, rounded as ZTF prints it. */
export function ztfJd(visit: Visit): number {
	return Math.round((jdFromMjd(utcFromTaiMjd(visit.mjd)) - visit.exposureSeconds / 172_800) * 1e7) / 1e7;
}

/** ZTF pid: night, fraction of the day, quadrant, 15. */
export function ztfPid(visit: Visit, rcid: number): bigint {
	const jd = ztfJd(visit);
	const utc = jd - 2_400_000.5;
	const fraction = Math.floor((utc - Math.floor(utc)) * 100_000);
	return ((BigInt(ztfNid(visit.night)) * 100_000n + BigInt(fraction)) * 100n + BigInt(rcid)) * 100n + 15n;
}

/** ZTF candid: pid, 01, and a number from 1 (negative) or 5001 (positive) on. */
export function ztfCandid(seed: number, visit: Visit, rcid: number, objectKey: number, positive: boolean): bigint {
	return ztfPid(visit, rcid) * 1_000_000n + 10_000n + BigInt(ztfCounter(seed, visit, objectKey, positive));
}

/** Number of a detection within its quadrant and exposure: from its key, so that histories can name it. */
export function ztfCounter(seed: number, visit: Visit, objectKey: number, positive: boolean): number {
	return (positive ? 5001 : 1) + (mix(seed, visit.id, objectKey, PURPOSE.fields) % 4990);
}

/** `SIM`, two digits of the year, seven letters: one for each serial, scrambled. */
export function simName(seed: number, year: number, serial: number): string {
	let rest = (BigInt(serial) * 4_932_085_417n + BigInt(mix(seed, 77, 1))) % LETTERS;
	let letters = '';
	for (let n = 0; n < 7; n++) {
		letters = String.fromCharCode(97 + Number(rest % 26n)) + letters;
		rest /= 26n;
	}
	return `SIM${String(year % 100).padStart(2, '0')}${letters}`;
}

/** LSST diaSourceId: night (modulo 8192), visit, detector and a number from the object's key above 8.0e18. */
export function lsstSourceId(seed: number, visit: Visit, detector: number, objectKey: number): bigint {
	const night = BigInt(visit.night % 8192);
	const counter = BigInt(mix(seed, visit.id, objectKey, PURPOSE.fields) & 0xffff);
	return LSST_BASE + (((night << 12n) | BigInt(visit.seq)) << 24n) + (BigInt(detector) << 16n) + counter;
}

/** LSST diaForcedSourceId of an object in a visit. */
export function lsstForcedId(seed: number, visit: Visit, objectKey: number): bigint {
	const night = BigInt(visit.night % 8192);
	return (
		LSST_BASE +
		600_000_000_000_000_000n +
		(((night << 12n) | BigInt(visit.seq)) << 28n) +
		BigInt(mix(seed, objectKey, 5) & 0xfffffff)
	);
}

/** LSST diaObjectId of an object that was there before the survey began. */
export function lsstObjectId(serial: number): bigint {
	return LSST_BASE + 500_000_000_000_000_000n + BigInt(serial);
}

/** LSST ssObjectId of a catalogued body. */
export function lsstBodyId(serial: number): bigint {
	return LSST_BASE + 700_000_000_000_000_000n + BigInt(serial);
}
