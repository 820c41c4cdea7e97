import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { readImage } from '#lib/format/fits.ts';
import { nightOf } from '#lib/astro/time.ts';
import { createDecoder } from '#server/ingest/decode/index.ts';
import type { DecodedPacket } from '#server/ingest/decode/packet.ts';
import { normalise } from '#server/ingest/normalise/index.ts';
import { Calendar } from '#server/simulate/calendar.ts';
import { simName } from '#server/simulate/ids.ts';
import { createSimulation, type SimulatedPacket } from '#server/simulate/index.ts';
import { alertIdOf, detectionsOf } from '#server/simulate/night.ts';
import { Sky } from '#server/simulate/sky.ts';

// whole nights are made: a busy machine needs its time
vi.setConfig({ testTimeout: 60_000 });

const NIGHT = 20_777;
const OPTIONS = { seed: 42, alertsPerNight: 220 } as const;
const decoder = createDecoder({ cacheFolder: '/nowhere', registryUrl: null });

type Fields = Readonly<Record<string, unknown>>;
interface Read {
	readonly packet: SimulatedPacket;
	readonly record: Fields;
}

function decode(packet: SimulatedPacket): DecodedPacket {
	const [decoded] = decoder.decode({ bytes: packet.bytes }) as DecodedPacket[];
	if (!decoded) throw new Error('no record');
	return decoded;
}

const listOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? (value as Fields[]) : []);
const fieldsOf = (value: unknown): Fields => value as Fields;
const stampOf = (record: Fields, name: string) =>
	readImage(gunzipSync(fieldsOf(record[name])['stampData'] as Uint8Array), { maskHuge: true });

let all: Read[];
let ztf: Read[];
let lsst: Read[];

beforeAll(() => {
	all = [...createSimulation(OPTIONS).night(NIGHT)].map((packet) => ({ packet, record: decode(packet).record }));
	ztf = all.filter(({ packet }) => packet.survey === 'ztf');
	lsst = all.filter(({ packet }) => packet.survey === 'lsst');
}, 60_000);

describe('a simulated night', () => {
	it('has alerts of both surveys in time order, ids that name one alert each, and truth of its own', () => {
		expect(ztf.length).toBeGreaterThan(60);
		expect(lsst.length).toBeGreaterThan(30);
		for (const list of [ztf, lsst]) {
			const times = list.map(({ packet }) => packet.mjd);
			expect(times).toEqual([...times].sort((a, b) => a - b));
		}
		expect(new Set(all.map(({ packet }) => packet.alertId)).size).toBe(all.length);
		for (const { packet } of all) {
			expect(packet.truth.alertId).toBe(String(packet.alertId));
			expect(nightOf(packet.mjd, packet.survey === 'ztf' ? 0 : 12)).toBe(NIGHT);
			expect(Buffer.from(packet.bytes).includes(packet.truth.object.class === 'SNIa' ? 'SNIa' : 'trueFlux')).toBe(
				false,
			);
		}
	});

	it('is the same when made again, in another order, or from its middle', () => {
		const again = createSimulation(OPTIONS);
		again.times('ztf', NIGHT - 9);
		again.times('lsst', NIGHT + 3);
		const tail = [...again.from('lsst', NIGHT, 5)];
		expect(tail.map((packet) => packet.alertId)).toEqual(lsst.slice(5).map(({ packet }) => packet.alertId));
		const repeated = [...again.night(NIGHT)];
		expect(repeated.length).toBe(all.length);
		repeated.forEach((packet, index) => {
			expect(Buffer.compare(packet.bytes, all[index]?.packet.bytes ?? new Uint8Array())).toBe(0);
			expect(packet.truth).toEqual(all[index]?.packet.truth);
		});
	});

	it('gives an id to one alert and a name to one thing, also in a night of many', () => {
		// as dense as 20,000 alerts of both surveys: numbers drawn by chance met several times in such a night
		const perNight = { ztf: 13_333, lsst: 0 };
		const world = { seed: 7, perNight, sky: new Sky(7, perNight), calendar: new Calendar(7) };
		const found = detectionsOf(world, 'ztf', 20_760);
		expect(found.length).toBeGreaterThan(15_000);
		expect(new Set(found.map((each) => alertIdOf(7, each))).size).toBe(found.length);
		const objects = new Map(found.map(({ placed: { object } }) => [object.key, object]));
		expect([...objects.values()].filter(({ motion }) => motion !== null).length).toBeGreaterThan(1000);
		const names = [...objects.values()].map(({ year, serial }) => simName(7, year, serial));
		expect(new Set(names).size).toBe(objects.size);
	}, 240_000);

	it('is the night of this version: a change of its numbers needs a new SIMULATION_VERSION', () => {
		const hash = createHash('sha256');
		for (const { packet, record } of all) {
			hash.update(packet.survey === 'lsst' ? packet.bytes : unpacked(record));
			hash.update(JSON.stringify(packet.truth));
		}
		expect(hash.digest('hex')).toMatchInlineSnapshot(
			`"3c9229f8695679d544630fa5021533efd5667087a0eb8e47a141ee78b66f4a13"`,
		);
	});

	it('is another one for another seed', () => {
		const other = [...createSimulation({ ...OPTIONS, seed: 43 }).from('ztf', NIGHT, 0)];
		const known = new Set(ztf.map(({ packet }) => packet.objectId));
		expect(other.filter((packet) => known.has(packet.objectId)).length).toBe(0);
	});
});

/** A ZTF record as text with its stamps unpacked: how well gzip packs depends on the machine. */
function unpacked(record: Fields): string {
	const images = ['cutoutScience', 'cutoutTemplate', 'cutoutDifference'].map((name) =>
		createHash('sha256')
			.update(gunzipSync(fieldsOf(record[name])['stampData'] as Uint8Array))
			.digest('hex'),
	);
	return (
		JSON.stringify(record, (key, value: unknown) =>
			key === 'stampData' ? '' : typeof value === 'bigint' ? String(value) : value,
		) + images.join()
	);
}

describe('a simulated ZTF packet', () => {
	it('bears reserved names and numbers', () => {
		for (const { record } of ztf) {
			const candidate = fieldsOf(record['candidate']);
			const candid = record['candid'] as bigint;
			expect(record['objectId']).toMatch(/^SIM\d\d[a-z]{7}$/);
			expect(candid / 1_000_000n).toBe(candidate['pid']);
			expect(candid / 10n ** 15n).toBe(BigInt(Number(candidate['nid'])));
			expect(Number(candidate['nid'])).toBeGreaterThanOrEqual(9000);
			expect(Number(candidate['nid'])).toBeLessThanOrEqual(9222);
			expect(Number(candidate['field'])).toBeGreaterThanOrEqual(9000);
			expect(candid).toBeLessThan(2n ** 63n);
			const counter = Number(candid % 10_000n);
			expect(candidate['isdiffpos'] === 't' ? counter > 5000 : counter < 5000).toBe(true);
		}
	});

	it('turns a negative source over: it is bright in the difference stamp, and dimmer in science than in template', () => {
		let negative = 0;
		for (const { packet, record } of ztf) {
			if (packet.truth.bogus !== null || Math.abs(packet.truth.trueSnr) < 15) continue;
			const [science, template, difference] = ['cutoutScience', 'cutoutTemplate', 'cutoutDifference'].map((name) =>
				aperture(stampOf(record, name)),
			);
			if (science === undefined || template === undefined || difference === undefined || Number.isNaN(difference))
				continue;
			expect(difference).toBeGreaterThan(0);
			const falls = fieldsOf(record['candidate'])['isdiffpos'] === 'f';
			if (falls) negative++;
			expect(science - template > 0).toBe(!falls);
		}
		expect(negative).toBeGreaterThan(5);
	});

	it('shows the flux it states: an aperture on the difference stamp agrees within 5 %', () => {
		const ratios: number[] = [];
		for (const { packet, record } of ztf) {
			if (packet.truth.bogus !== null || packet.truth.trueSnr < 15 || packet.truth.object.group === 'SSO') continue;
			const candidate = fieldsOf(record['candidate']);
			const counts = aperture(stampOf(record, 'cutoutDifference'));
			if (Number.isNaN(counts)) continue;
			const scale = 10 ** (0.4 * (31.4 - Number(candidate['magzpsci'])));
			ratios.push((counts * scale) / packet.truth.trueFlux / 0.96);
		}
		ratios.sort((a, b) => a - b);
		expect(ratios.length).toBeGreaterThan(10);
		expect(Math.abs((ratios[ratios.length >> 1] ?? 0) - 1)).toBeLessThan(0.05);
	});

	it('tells its history oldest first, and each detection as its own alert told it', () => {
		const known = new Map<string, Fields>();
		const simulation = createSimulation({ ...OPTIONS, surveys: ['ztf'] });
		const nights = [NIGHT - 3, NIGHT - 2, NIGHT - 1];
		for (const night of nights)
			for (const packet of simulation.night(night))
				known.set(String(packet.alertId), fieldsOf(decode(packet).record['candidate']));
		let shared = 0;
		for (const { record } of ztf) {
			const candidate = fieldsOf(record['candidate']);
			const jd = Number(candidate['jd']);
			const history = listOf(record['prv_candidates']);
			const times = history.map((each) => Number(each['jd']));
			expect(times).toEqual([...times].sort((a, b) => a - b));
			for (const each of history) {
				expect(jd - Number(each['jd'])).toBeGreaterThan(0);
				expect(jd - Number(each['jd'])).toBeLessThan(30);
				const candid = each['candid'];
				const own = typeof candid === 'bigint' ? known.get(String(candid)) : undefined;
				if (!own) continue;
				shared++;
				for (const name of Object.keys(each)) expect(each[name], name).toEqual(own[name]);
			}
		}
		expect(shared).toBeGreaterThan(20);
	});

	it('gives forced photometry newest first, of nights before its own', () => {
		let points = 0;
		for (const { record } of ztf) {
			const jd = Number(fieldsOf(record['candidate'])['jd']);
			const times = listOf(record['fp_hists']).map((each) => Number(each['jd']));
			points += times.length;
			expect(times).toEqual([...times].sort((a, b) => b - a));
			for (const time of times) expect(jd - time).toBeGreaterThan(0.85);
		}
		expect(points).toBeGreaterThan(100);
	});

	it('shares the limit of its exposure and quadrant with every other', () => {
		const limits = new Map<string, unknown>();
		for (const { record } of ztf) {
			for (const each of [fieldsOf(record['candidate']), ...listOf(record['prv_candidates'])]) {
				const pid = String(each['pid']);
				expect(limits.get(pid) ?? each['diffmaglim']).toBe(each['diffmaglim']);
				limits.set(pid, each['diffmaglim']);
			}
		}
	});
});

/** Background-subtracted counts within 6 pixels of the middle; NaN for a cut or masked stamp. */
function aperture(image: { width: number; height: number; data: Float32Array }): number {
	if (image.width !== 63 || image.height !== 63) return Number.NaN;
	const ring: number[] = [];
	let sum = 0;
	let count = 0;
	for (let y = 0; y < 63; y++) {
		for (let x = 0; x < 63; x++) {
			const value = image.data[y * 63 + x] ?? 0;
			const r = Math.hypot(x - 31, y - 31);
			if (r <= 6) {
				sum += value;
				count++;
			} else if (r > 14 && !Number.isNaN(value)) ring.push(value);
		}
	}
	ring.sort((a, b) => a - b);
	return sum - count * (ring[ring.length >> 1] ?? 0);
}

describe('a simulated Rubin packet', () => {
	it('is framed with schema 1000 and bears reserved ids', () => {
		for (const { packet, record } of lsst) {
			expect([...packet.bytes.subarray(0, 5)]).toEqual([0, 0, 0, 3, 232]);
			const source = fieldsOf(record['diaSource']);
			for (const id of [record['diaSourceId'], source['diaObjectId'], source['ssObjectId']] as bigint[]) {
				if (id !== 0n) expect(id >= 8_000_000_000_000_000_000n && id <= 8_990_000_000_000_000_000n).toBe(true);
			}
		}
	});

	it('is a known body or an object, never both', () => {
		let bodies = 0;
		for (const { record } of lsst) {
			const source = fieldsOf(record['diaSource']);
			const isBody = source['ssObjectId'] !== 0n;
			if (isBody) bodies++;
			expect(source['diaObjectId'] === 0n).toBe(isBody);
			expect(record['ssSource'] !== null).toBe(isBody);
			expect(record['diaObject'] === null).toBe(isBody);
		}
		expect(bodies).toBeGreaterThan(3);
		expect(bodies).toBeLessThan(lsst.length);
	});

	it('has cutouts of three images whose variance is that of their pixels', () => {
		const ratios: number[] = [];
		for (const { packet, record } of lsst) {
			for (const name of ['cutoutScience', 'cutoutTemplate', 'cutoutDifference']) {
				const image = readImage(record[name] as Uint8Array);
				expect(image.width === 30 || image.width === 33).toBe(true);
				expect(image.extensions.map((each) => each.name)).toEqual(['UNCERT', 'PSFIMAGE']);
				const psf = image.extensions[1]?.data ?? new Float32Array();
				expect(psf.reduce((sum, pixel) => sum + pixel, 0)).toBeCloseTo(1, 4);
				// bright sources fill the small image: their wings are no noise
				if (name === 'cutoutDifference' && Math.abs(packet.truth.trueSnr) < 8)
					ratios.push(scatter(image.data) / Math.sqrt(image.extensions[0]?.data[0] ?? 1));
			}
		}
		ratios.sort((a, b) => a - b);
		expect(ratios[ratios.length >> 1]).toBeGreaterThan(0.9);
		expect(ratios[ratios.length >> 1]).toBeLessThan(1.1);
	});

	it('gives no forced photometry before an object was seen, and a first detection names its object', () => {
		let first = 0;
		for (const { packet, record } of lsst) {
			const source = fieldsOf(record['diaSource']);
			const before = listOf(record['prvDiaSources']);
			if (record['prvDiaSources'] === null) expect(record['prvDiaForcedSources']).toBe(null);
			if (before.length === 0 && source['diaObjectId'] === source['diaSourceId']) first++;
			for (const each of before) {
				expect(each['diaObjectId']).toBe(source['diaObjectId']);
				expect(Number(each['midpointMjdTai'])).toBeLessThan(packet.mjd);
			}
		}
		expect(first).toBeGreaterThan(3);
	});
});

function scatter(data: Float32Array): number {
	const values = [...data].sort((a, b) => a - b);
	const middle = values[values.length >> 1] ?? 0;
	const off = values.map((value) => Math.abs(value - middle)).sort((a, b) => a - b);
	return 1.4826 * (off[off.length >> 1] ?? 0);
}

describe('normalisation', () => {
	it('takes every simulated packet for a simulated one, with the truth it cannot see', () => {
		for (const { packet } of all) {
			const alert = normalise(decode(packet), 0);
			expect(alert.origin).toBe('simulated');
			expect(alert.survey).toBe(packet.survey);
			expect(alert.alertId).toBe(packet.alertId);
			expect(alert.night).toBe(NIGHT);
			expect(alert.mjd).toBeCloseTo(packet.mjd, 6);
			expect(alert.band).toBe(packet.truth.band);
			expect(Math.abs(alert.psfFlux - packet.truth.trueFlux)).toBeLessThan(5.5 * alert.psfFluxErr);
		}
	});
});
