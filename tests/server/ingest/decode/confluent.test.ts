import { describe, expect, it } from 'vitest';
import { createDecoder } from '#server/ingest/decode/index.ts';
import { DecodeError, type DecodedPacket } from '#server/ingest/decode/packet.ts';
import { LSST_VERSIONS, lsstVersionOfId } from '#server/ingest/decode/schemas/lsst.ts';
import { frame, lsstPacket, lsstPart, type Values } from '../../../support/packets.ts';

const decoder = createDecoder({ cacheFolder: '/nowhere', registryUrl: null });

describe('Confluent-framed packets', () => {
	it.each(LSST_VERSIONS)('reads Rubin v%s by its id', (version) => {
		const [packet] = decoder.decode({ bytes: lsstPacket(version) }) as DecodedPacket[];
		expect(packet?.recordName).toBe(`lsst.v${version.replace('.', '_')}.alert`);
		expect(lsstVersionOfId(packet?.schemaId ?? 0)).toBe(version);
		const source = packet?.record['diaSource'] as Values;
		expect(source).toMatchObject({ diaSourceId: 170_239_611_403_501_617n, visit: 2_026_040_700_201n, band: 'i' });
	});

	it('reads lists of records that are named before', () => {
		const earlier = lsstPart('10.0', 'diaSource', { diaSourceId: 5n, psfFlux: 3 });
		const [packet] = decoder.decode({
			bytes: lsstPacket('10.0', { prvDiaSources: [earlier, earlier] }),
		}) as DecodedPacket[];
		const list = packet?.record['prvDiaSources'] as Values[];
		expect(list).toHaveLength(2);
		expect(list[1]).toMatchObject({ diaSourceId: 5n, psfFlux: 3 });
		expect(list[0]).not.toHaveProperty('pixelFlags_streak');
	});

	it('says how to provide an unknown schema', () => {
		const bytes = frame(1234, Buffer.from('abc'));
		for (let i = 0; i < 2; i++) expect(() => void decoder.decode({ bytes })).toThrow(/1234\.avsc/);
	});

	it('refuses left-over and missing bytes', () => {
		const whole = lsstPacket('9.0');
		expect(() => void decoder.decode({ bytes: Buffer.concat([whole, Buffer.alloc(3)]) })).toThrow(
			/3 bytes are left over/,
		);
		expect(() => void decoder.decode({ bytes: whole.subarray(0, -10) })).toThrow(DecodeError);
	});
});
