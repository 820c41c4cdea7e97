import { createHash } from 'node:crypto';
import { DecodeError } from '../decode/packet.ts';

/** A record of a packet: plain values under the survey's own names. */
export type Raw = Readonly<Record<string, unknown>>;

/** The record under that name, or null. */
export function recordOf(raw: Raw, name: string): Raw | null {
	const value = raw[name];
	return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)
		? (value as Raw)
		: null;
}

/** The list of records under that name; empty where it is null or absent. */
export function recordsOf(raw: Raw, name: string): readonly Raw[] {
	const value = raw[name];
	return Array.isArray(value) ? (value as readonly Raw[]) : [];
}

/** A float; NaN where it is absent or infinite. */
export function floatOf(raw: Raw, name: string): number {
	const value = raw[name];
	return typeof value === 'number' && Number.isFinite(value) ? value : Number.NaN;
}

/** An integer that a number holds exactly; 0 where it is absent. */
export function smallOf(raw: Raw, name: string): number {
	const value = raw[name];
	if (typeof value === 'number') return Number.isSafeInteger(value) ? value : 0;
	return typeof value === 'bigint' ? Number(value) : 0;
}

/** An integer of any width as bigint; 0n where it is absent. */
export function idOf(raw: Raw, name: string): bigint {
	const value = raw[name];
	if (typeof value === 'bigint') return value;
	return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : 0n;
}

/** A 63-bit id above 0 for a survey's text id: the first eight bytes of its SHA-256, without the sign bit. */
export function idOfText(text: string): bigint {
	const id = createHash('sha256').update(text).digest().readBigUInt64BE() >> 1n;
	return id === 0n ? 1n : id;
}

/** A text; '' where it is absent, empty or the word null. */
export function textOf(raw: Raw, name: string): string {
	const value = raw[name];
	return typeof value === 'string' && value !== 'null' ? value : '';
}

/** Bytes as they came, null where there are none. */
export function bytesOf(raw: Raw, name: string): Uint8Array | null {
	const value = raw[name];
	return value instanceof Uint8Array && value.length > 0 ? value : null;
}

/** An error above 0, else NaN: zero and negative errors say nothing about the measurement and are taken as absent. */
export function errorOf(value: number): number {
	return value > 0 ? value : Number.NaN;
}

/** Throws DecodeError of kind `invalid`. */
export function invalid(sentence: string): never {
	throw new DecodeError('invalid', sentence);
}

/** The record under that name; a packet without it is invalid. */
export function requiredRecord(raw: Raw, name: string): Raw {
	return recordOf(raw, name) ?? invalid(`The packet has no ${name}.`);
}

/** A position in ICRS degrees with RA in [0, 360); invalid where it is not on the sky. */
export function positionOf(ra: number, dec: number): { readonly ra: number; readonly dec: number } {
	if (Number.isNaN(ra) || Number.isNaN(dec)) invalid('The packet has no position (RA or Dec is not a number).');
	if (ra < 0 || ra > 360) invalid(`The right ascension ${ra} is outside 0 to 360 degrees.`);
	if (dec < -90 || dec > 90) invalid(`The declination ${dec} is outside -90 to 90 degrees.`);
	return { ra: ra === 360 ? 0 : ra, dec };
}

/** 1980-01-01 and 2100-01-01: outside, a time is a mistake. */
const MJD_RANGE = [44_239, 88_069] as const;

/** Whether a time (MJD, any scale) can be that of an alert. */
export function isPlausibleMjd(mjd: number): boolean {
	return mjd >= MJD_RANGE[0] && mjd <= MJD_RANGE[1];
}

/** An MJD that can be that of an alert; invalid otherwise. */
export function checkedMjd(mjd: number, received: number): number {
	if (!isPlausibleMjd(mjd))
		invalid(`The time of observation ${received} is absent or not between the years 1980 and 2100.`);
	return mjd;
}

/** An id above 0 that fits 63 bits; invalid otherwise. */
export function checkedId(id: bigint, name: string): bigint {
	if (id <= 0n) invalid(`The packet has no ${name} (it is ${id}).`);
	return id;
}
