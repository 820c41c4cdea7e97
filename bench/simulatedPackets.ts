import { createSimulation } from '#server/simulate/index.ts';

/** The first `count` simulated ZTF packets of a sky that issues about that many a night. */
export async function simulatedPackets(count: number): Promise<Uint8Array[]> {
	const simulation = createSimulation({ seed: 7, alertsPerNight: count, surveys: ['ztf'] });
	const packets: Uint8Array[] = [];
	for (let night = 20_700; packets.length < count; night += 1) {
		for (const packet of simulation.night(night)) {
			packets.push(packet.bytes);
			if (packets.length === count) break;
		}
		await new Promise((resolve) => setImmediate(resolve));
	}
	return packets;
}
