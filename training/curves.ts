// Makes rows from real light curves that come without packets, cut at their 2nd, 3rd, 5th, 10th and 20th detection; for measuring only.
//
//   node dist/training/curves.js --samples SAMPLES --out STEM --packet PACKET.avro
//
// STEM_bts: supernovae Ia of ZTF's Bright Transient Survey, detections in g and r. STEM_rrlyrae: RR Lyrae of SDSS Stripe 82 in g and r
// as differences from their mean flux with an error of 0.03 mag of the star added, where they exceed 5 sigma. PACKET lends what a curve lacks.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Alert } from '#lib/alert/alert.ts';
import type { CurvePoint } from '#lib/alert/enriched.ts';
import { createDecoder } from '#server/ingest/decode/index.ts';
import { normalise } from '#server/ingest/normalise/index.ts';
import { readInputs, Rows } from './rows.ts';
import { subjectOf } from './subjects.ts';

const { values } = parseArgs({
	options: { samples: { type: 'string' }, out: { type: 'string' }, packet: { type: 'string' } },
});
const { samples, out, packet } = values;
if (samples === undefined || out === undefined || packet === undefined)
	throw new Error('Use --samples FOLDER --out STEM --packet PACKET.avro.');

const decoder = createDecoder({ cacheFolder: '/nowhere', registryUrl: null });
const place = { source: 'training', partition: '0', offset: 0n, member: packet, receivedAtMs: 0 };
const [decoded] = await decoder.decode({ bytes: readFileSync(packet), ...place });
if (decoded === undefined) throw new Error('The packet is empty.');
const lent = normalise(decoded, 0);

interface Measured {
	readonly mjd: number;
	readonly band: string;
	/** nJy */
	readonly flux: number;
	readonly err: number;
}

/** Lines of `time,mag,magerr,band` in g and r (any case) as fluxes. */
function read(file: string): Measured[] {
	return readFileSync(file, 'utf8')
		.trim()
		.split('\n')
		.slice(1)
		.map((line) => {
			const [time, mag, magErr, band = ''] = line.split(',');
			const flux = 10 ** (0.4 * (31.4 - Number(mag)));
			return { mjd: Number(time), band: band.trim().toLowerCase(), flux, err: (flux * Number(magErr)) / 1.0857 };
		})
		.filter(({ band, flux, err }) => (band === 'g' || band === 'r') && Number.isFinite(flux) && err > 0)
		.sort((a, b) => a.mjd - b.mjd);
}

function pointOf({ mjd, band, flux, err }: Measured): CurvePoint {
	return {
		...{ kind: 'detection', band, mjd, psfFlux: flux, psfFluxErr: err, positive: flux > 0, programme: 'public' },
		...{ mag: 31.4 - 2.5 * Math.log10(Math.abs(flux)), magErr: (1.0857 * err) / Math.abs(flux), limitMag: 20.5 },
		...{ ra: Number.NaN, dec: Number.NaN },
	};
}

const CUTS = [2, 3, 5, 10, 20];
const inputs = readInputs(join(process.cwd(), 'training', 'inputs', 'curve.json'));

async function write(rows: Rows, object: string, detections: readonly Measured[], sky: Partial<Alert>): Promise<void> {
	for (const cut of CUTS.filter((n) => n <= detections.length)) {
		const curve = detections.slice(0, cut).map(pointOf);
		const last = curve.at(-1);
		const first = curve[0];
		if (last === undefined || first === undefined) continue;
		const { mjd, band, mag, magErr, psfFlux, psfFluxErr, limitMag, positive } = last;
		const snr = Math.abs(psfFlux) / psfFluxErr;
		const seen = { mjd, band, mag, magErr, psfFlux, psfFluxErr, limitMag, positive, snr };
		const alert = {
			...lent,
			...{ objectId: object, reliability: Number.NaN, nDetections: cut, firstMjd: first.mjd, ssoName: null },
			...{ starScore: Number.NaN, starSepArcsec: Number.NaN, history: [] },
			...sky,
			...seen,
		};
		await rows.add(subjectOf(alert, curve), { object, cut, detections: cut });
	}
}

const bts = new Rows(`${out}_bts.curve`, inputs);
const places = new Map(
	readFileSync(join(samples, 'lightcurves', 'bts.csv'), 'utf8')
		.trim()
		.split('\n')
		.map((line) => line.split(','))
		.map(([name = '', , ra = '', dec = '']) => [name, { ra: degrees(ra) * 15, dec: degrees(dec) }]),
);
function degrees(text: string): number {
	const [d = 0, m = 0, s = 0] = text.split(':').map(Number);
	return (text.startsWith('-') ? -1 : 1) * (Math.abs(d) + m / 60 + s / 3600);
}
for (const file of readdirSync(join(samples, 'lightcurves', 'bts_snia')).sort()) {
	const name = file.replace('.csv', '');
	const detections = read(join(samples, 'lightcurves', 'bts_snia', file)).filter(({ flux, err }) => flux > 5 * err);
	await write(bts, name, detections, places.get(name) ?? {});
}
await bts.end();

const stars = new Rows(`${out}_rrlyrae.curve`, inputs);
for (const file of readdirSync(join(samples, 'lightcurves', 'rrlyrae_s82')).sort()) {
	const all = read(join(samples, 'lightcurves', 'rrlyrae_s82', file));
	const detections = all
		.map((one) => {
			const band = all.filter((other) => other.band === one.band);
			const mean = band.reduce((sum, { flux }) => sum + flux, 0) / band.length;
			return { ...one, flux: one.flux - mean, err: Math.hypot(one.err, (0.03 * mean) / 1.0857) };
		})
		.filter(({ flux, err }) => Math.abs(flux) > 5 * err);
	await write(stars, file.replace('.csv', ''), detections, { starScore: 0.98, starSepArcsec: 0.2 });
}
await stars.end();
console.log(`${bts.count} rows of supernovae, ${stars.count} of RR Lyrae`);
