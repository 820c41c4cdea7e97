import { expect, it } from 'vitest';
import { nightFromText } from '#lib/astro/time.ts';
import { createDecoder } from '#server/ingest/decode/index.ts';
import { normalise } from '#server/ingest/normalise/index.ts';
import { createSimulation } from '#server/simulate/index.ts';

it('packets of our simulation are read as what they are, and known as simulated', async () => {
	const decoder = createDecoder({ cacheFolder: '/nowhere', registryUrl: null });
	const night = nightFromText('2026-11-10') ?? 0;
	const seen = { ztf: 0, lsst: 0 };
	for (const packet of createSimulation({ seed: 7, alertsPerNight: 60 }).night(night)) {
		const [decoded] = await decoder.decode(packet);
		if (decoded === undefined) throw new Error('no record');
		const alert = normalise(decoded, 0);
		expect(alert).toMatchObject({
			survey: packet.survey,
			alertId: packet.alertId,
			objectId: packet.objectId,
			origin: 'simulated',
			night,
		});
		expect(alert.mjd).toBeCloseTo(packet.mjd, 7);
		expect(alert.cutouts.difference).not.toBeNull();
		expect(alert.history.every((point) => point.mjd < alert.mjd)).toBe(true);
		seen[packet.survey]++;
	}
	expect(Math.min(seen.ztf, seen.lsst)).toBeGreaterThan(3);
}, 60_000);
