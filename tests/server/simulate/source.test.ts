import { describe, expect, it, vi } from 'vitest';
import { unixMsFromTaiMjd } from '#lib/astro/time.ts';
import type { RawPacket } from '#server/ingest/source/source.ts';
import { createSimulation } from '#server/simulate/index.ts';
import { liveTimes } from '#server/simulate/live.ts';
import { partitionOf, simulationPartition, SimulationSource } from '#server/simulate/source.ts';
import { readSimulateRequest } from '#server/cli/simulate.ts';

// whole nights are made: a busy machine needs its time
vi.setConfig({ testTimeout: 60_000 });

const NIGHT = 20_777;
const simulation = createSimulation({ seed: 42, alertsPerNight: 120 });

async function collect(source: AsyncIterable<unknown>, most = Number.POSITIVE_INFINITY): Promise<RawPacket[]> {
	const list: RawPacket[] = [];
	for await (const packet of source) {
		list.push(packet as RawPacket);
		if (list.length >= most) break;
	}
	return list;
}

describe('the simulation as a source', () => {
	it('names partitions so that they can be read back', () => {
		const name = simulationPartition(42, NIGHT, 'lsst');
		expect(name).toBe('seed:42/night:2026-11-20/lsst');
		expect(partitionOf(42, name)).toEqual({ night: NIGHT, survey: 'lsst' });
		expect(partitionOf(43, name)).toBe(null);
		expect(partitionOf(42, '/data/night.tar')).toBe(null);
	});

	it('gives its nights in order, offsets without gaps, and the same records again', async () => {
		const source = new SimulationSource(simulation, { nights: [NIGHT, NIGHT - 1] });
		const packets = await collect(source.packets(new AbortController().signal));
		expect(packets.length).toBeGreaterThan(60);
		const next = new Map<string, bigint>();
		for (const packet of packets) {
			expect(packet.offset).toBe(next.get(packet.partition) ?? 0n);
			next.set(packet.partition, packet.offset + 1n);
		}
		const partition = simulationPartition(42, NIGHT, 'ztf');
		const again = await collect(source.reread([{ source: 'simulation', partition, first: 3n, last: 7n }]));
		const wanted = packets.filter(
			(packet) => packet.partition === partition && packet.offset >= 3n && packet.offset <= 7n,
		);
		expect(again.map((packet) => Buffer.from(packet.bytes).toString('hex'))).toEqual(
			wanted.map((packet) => Buffer.from(packet.bytes).toString('hex')),
		);
		await expect(
			collect(source.reread([{ source: 'simulation', partition, first: 0n, last: 99_999n }])),
		).rejects.toThrow('another version');
	});

	it('holds back what is not exposed yet, and lets nothing arrive before its exposure', () => {
		const times = simulation.times('ztf', NIGHT);
		const middle = unixMsFromTaiMjd(times[times.length >> 1] ?? 0);
		const now = liveTimes(simulation, 'ztf', NIGHT, middle);
		expect(now.due).toBeGreaterThan(0);
		expect(now.due).toBeLessThanOrEqual(times.length / 2);
		expect(now.nextMs).toBeGreaterThan(middle);
		for (let hour = -12; hour < 40; hour++) {
			const at = middle + hour * 3_600_000;
			const { due } = liveTimes(simulation, 'ztf', NIGHT, at);
			if (due > 0) expect(unixMsFromTaiMjd(times[due - 1] ?? 0)).toBeLessThan(at);
			expect(due).toBeGreaterThanOrEqual(liveTimes(simulation, 'ztf', NIGHT, at - 3_600_000).due);
		}
		const later = liveTimes(simulation, 'ztf', NIGHT, middle + 48 * 3_600_000);
		expect(later).toEqual({ due: times.length, nextMs: null });
	});

	it('hands on what a packet really was before it gives the packet, live and again too', async () => {
		const night = simulation.times('ztf', NIGHT);
		let clock = unixMsFromTaiMjd(night[night.length >> 1] ?? 0);
		const told = new Set<string>();
		const groups: string[] = [];
		const options = {
			now: () => clock,
			recordTruth: async (truths: readonly { survey: string; alertId: string }[], group: string) => {
				// the store takes its time
				await new Promise((resolve) => setTimeout(resolve, 5));
				groups.push(group);
				for (const { survey, alertId } of truths) told.add(`${survey} ${alertId}`);
			},
		};
		const untold = (packets: readonly RawPacket[]): string[] =>
			packets
				.map(({ partition, member }) => `${partition.endsWith('ztf') ? 'ztf' : 'lsst'} ${member.replace('.avro', '')}`)
				.filter((name) => !told.has(name));
		const take = async (packets: AsyncIterable<unknown>): Promise<number> => {
			let n = 0;
			for await (const packet of packets) {
				// killed here, the packet would be stored
				expect(untold([packet as RawPacket])).toEqual([]);
				n += 1;
			}
			return n;
		};
		const past = new SimulationSource(simulation, { nights: [NIGHT - 1], ...options });
		expect(await take(past.packets(new AbortController().signal))).toBeGreaterThan(20);
		// a store that is asked for every packet alone would slow the first light
		expect(groups.length).toBeLessThan(20);
		expect(new Set(groups).size).toBe(groups.length);

		const stop = new AbortController();
		const live = new SimulationSource(simulation, {
			...{ nights: [], live: true, ...options },
			sleep: () => {
				if (clock > unixMsFromTaiMjd(night.at(-1) ?? 0)) stop.abort();
				clock += 1_800_000;
				return Promise.resolve();
			},
		});
		expect(await take(live.packets(stop.signal))).toBeGreaterThan(20);

		told.clear();
		const partition = simulationPartition(42, NIGHT, 'ztf');
		expect(await take(past.reread([{ source: 'simulation', partition, first: 3n, last: 7n }]))).toBe(5);
		expect(told.size).toBe(5);
	});

	it('goes on with the current night as its packets fall due', async () => {
		const times = simulation.times('ztf', NIGHT);
		let clock = unixMsFromTaiMjd(times[10] ?? 0);
		const stop = new AbortController();
		const source = new SimulationSource(simulation, {
			nights: [NIGHT],
			live: true,
			now: () => clock,
			sleep: (ms) => {
				clock += ms;
				if (clock > unixMsFromTaiMjd(times[40] ?? 0)) stop.abort();
				return Promise.resolve();
			},
		});
		const offsets: bigint[] = [];
		for await (const packet of source.packets(stop.signal)) {
			if (packet.partition !== simulationPartition(42, NIGHT, 'ztf')) continue;
			offsets.push(packet.offset);
			expect(unixMsFromTaiMjd(times[Number(packet.offset)] ?? 0)).toBeLessThan(packet.receivedAtMs);
		}
		expect(offsets.length).toBeGreaterThan(20);
		expect(offsets).toEqual(offsets.map((_, index) => BigInt(index)));
	});
});

describe('nightjar simulate', () => {
	it('reads its options and says what is wrong with them', () => {
		expect(
			readSimulateRequest(['--out', 'x.tar', '--nights', '2', '--survey', 'lsst', '--from', '2026-11-20'], NIGHT),
		).toMatchObject({ nights: 2, surveys: ['lsst'], from: NIGHT, perNight: 1500, seed: 1, rate: null });
		expect(() => readSimulateRequest([], NIGHT)).toThrow('--out');
		expect(() => readSimulateRequest(['--out', 'x', '--survey', 'hubble'], NIGHT)).toThrow('ztf and lsst');
		expect(() => readSimulateRequest(['--out', 'x', '--from', 'yesterday'], NIGHT)).toThrow('--from');
	});
});
