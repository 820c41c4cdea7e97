import { utcFromTaiMjd } from '#lib/astro/time.ts';
import { simName, ztfCandid, ztfCounter, ztfJd, ztfNid, ztfPid } from '../ids.ts';
import { neighboursOf } from '../neighbours.ts';
import { nanojanskyPerCount } from '../noise.ts';
import type { SimObject } from '../object.ts';
import { mix, normalOf, PURPOSE, Stream, uniformOf } from '../random.ts';
import { type Quadrant, ztfQuadrant } from '../schedule/ztf.ts';
import type { Visit } from '../schedule/visit.ts';
import type { Sighting } from '../sighting.ts';
import { drawZtf } from '../stampsZtf.ts';
import { SIMULATION_VERSION } from '../version.ts';
import { catalogued, countWithin } from './listing.ts';
import { EncodedHistory } from './history.ts';
import { encodeForced, encodePrevious, encodeZtf, PREVIOUS_FIELDS } from './ztfSchema.ts';

const RB_VERSION = 't17_f5_c3';
const DRB_VERSION = 'd6_m7';
const ABSENT = -999;

/** What an alert needs to know of its object's past. */
export interface ZtfHistory {
	/** All exposures of the last 30 days before this one, oldest first. */
	readonly recent: readonly Sighting[];
	readonly detections: number;
	readonly epochs: number;
	/** JD UTC of the first detection. */
	readonly firstJd: number;
}

const previousEntries = new EncodedHistory();
const forcedEntries = new EncodedHistory();
const fid = (band: number) => band;
const clean = (value: number) => Math.fround(value);

/** The packet of one detection: object container file, schema 4.02. */
export function ztfPacket(
	seed: number,
	object: SimObject,
	sighting: Sighting,
	history: ZtfHistory,
): { bytes: Uint8Array; candid: bigint; objectId: string } {
	const { visit, spot } = sighting;
	const quadrant = ztfQuadrant(seed, visit, spot.detector);
	const detection = detected(seed, object, sighting, quadrant);
	const candid = detection.candid;
	const pid = detection.pid;
	const name = (kind: string) => `candid${candid}_pid${pid}_targ_${kind}.fits.gz`;
	const [science, template, difference] = drawZtf(seed, object, sighting, quadrant);
	const objectId = simName(seed, object.year, object.serial);
	const bytes = encodeZtf({
		publisher: `Nightjar simulation ${SIMULATION_VERSION}`,
		objectId,
		candid,
		candidate: { ...detection, ...context(seed, object, sighting, quadrant, history) },
		previous:
			history.recent.length === 0
				? null
				: history.recent.map((each) =>
						previousEntries.get(object, each, (one) => encodePrevious(previous(seed, object, one))),
					),
		forced: history.detections >= 2 ? forcedHistory(seed, object, visit, history.recent) : null,
		cutouts: [
			{ fileName: name('sci'), stampData: science },
			{ fileName: name('ref'), stampData: template },
			{ fileName: name('scimref'), stampData: difference },
		],
	});
	return { bytes, candid, objectId };
}

function exposure(visit: Visit, quadrant: Quadrant, rcid: number) {
	const iso = new Date((utcFromTaiMjd(visit.mjd) - 40_587) * 86_400_000).toISOString();
	const stamp = `${iso.slice(0, 10).replaceAll('-', '')}${iso.slice(11, 19).replaceAll(':', '')}`;
	const band = ['', 'g', 'r', 'i'][fid(visit.band)] ?? 'r';
	const ccd = String(Math.floor(rcid / 4) + 1).padStart(2, '0');
	return {
		jd: ztfJd(visit),
		fid: fid(visit.band),
		pid: ztfPid(visit, rcid),
		diffmaglim: clean(quadrant.limitMag),
		pdiffimfilename: `ztf_${stamp}_${String(9000 + visit.field.index).padStart(6, '0')}_z${band}_c${ccd}_o_q${(rcid % 4) + 1}_scimrefdiffimg.fits`,
		programpi: visit.programid === 1 ? 'Simulation' : 'Simulation, restricted',
		programid: visit.programid,
		nid: ztfNid(visit.night),
		rcid,
		field: 9000 + visit.field.index,
		magzpsci: quadrant.zeroPoint,
		magzpsciunc: quadrant.zpUncertainty,
		magzpscirms: quadrant.zpRms,
		clrcoeff: quadrant.colour,
		clrcounc: quadrant.colourUncertainty,
		rbversion: RB_VERSION,
	};
}

/** Fields of a detection that its own alert and later histories share. */
function detected(seed: number, object: SimObject, sighting: Sighting, quadrant: Quadrant) {
	const { visit, spot, measured } = sighting;
	const key = mix(seed, object.key, visit.id, PURPOSE.fields);
	const positive = measured.flux > 0;
	const flux = Math.abs(measured.flux) / nanojanskyPerCount(measured.zeroPoint);
	const magpsf = measured.zeroPoint - 2.5 * Math.log10(flux);
	const snr = Math.abs(measured.snr);
	const position = measuredPosition(seed, object, sighting);
	const shape = sourceShape(object, sighting, quadrant, key, snr);
	const reference = referenceSource(seed, object, visit, position);
	const moving = object.motion;
	const aperture =
		magpsf +
		(object.bogus ? 0.25 * normalOf(key, 1) : 0.02 + 0.14 * normalOf(key, 1) + (snr < 8 ? 0.08 * normalOf(key, 2) : 0));
	const ssoNear = moving?.name != null;
	const isBogus = object.bogus !== null;
	const rb = isBogus ? 0.5 + 0.06 * normalOf(key, 3) : Math.min(0.97, Math.max(0.4, 0.78 + 0.11 * normalOf(key, 3)));
	return {
		...exposure(visit, quadrant, spot.detector),
		candid: ztfCandid(seed, visit, spot.detector, object.key, positive),
		isdiffpos: positive ? 't' : 'f',
		tblid: BigInt(ztfCounter(seed, visit, object.key, positive) % 5000),
		xpos: spot.x,
		ypos: spot.y,
		ra: position.ra,
		dec: position.dec,
		magpsf,
		sigmapsf: clean(Math.min(1.0857 / snr, 0.2171)),
		chipsf: shape.chi,
		magap: aperture,
		sigmagap: Math.min(0.3, 1.0857 / snr) * (1 + 0.1 * normalOf(key, 4)),
		...reference.fields,
		sky: 2.5 * normalOf(key, 5),
		magdiff: Math.max(-0.95, Math.min(0.95, aperture - magpsf)),
		fwhm: shape.fwhm,
		classtar: isBogus ? 1 - 0.7 * uniformOf(key, 6) : 1 - 0.25 * uniformOf(key, 6) ** 3,
		mindtoedge: Math.min(spot.x, spot.y, 3072 - spot.x, 3080 - spot.y),
		magfromlim: quadrant.limitMag - aperture,
		seeratio: Math.min(2, (shape.fwhm > 0 ? 2.3 / shape.fwhm : 1) * (1 + 0.12 * normalOf(key, 7))),
		aimage: (shape.fwhm / 2.6) * Math.sqrt(shape.elong),
		bimage: shape.fwhm / 2.6 / Math.sqrt(shape.elong),
		aimagerat: Math.sqrt(shape.elong) / 2.6,
		bimagerat: 1 / Math.sqrt(shape.elong) / 2.6,
		elong: shape.elong,
		nneg: shape.negatives,
		nbad: 0,
		rb,
		ssdistnr: ssoNear ? 0.05 + 0.35 * Math.abs(normalOf(key, 8)) : ABSENT,
		ssmagnr: ssoNear ? Math.round(moving.magV) : ABSENT,
		ssnamenr: moving?.name ?? 'null',
		sumrat: shape.sumRatio,
		magapbig: aperture - 0.05 + 0.15 * normalOf(key, 9),
		sigmagapbig: Math.min(0.5, 1.3 / snr),
		scorr: snr * shape.scorr,
	};
}

/** Where the survey finds the source: the truth and an error that falls with signal; negative and faint ones scatter more. */
function measuredPosition(seed: number, object: SimObject, sighting: Sighting): { ra: number; dec: number } {
	const key = mix(seed, object.key, sighting.visit.id, PURPOSE.position);
	const sigma = Math.hypot(0.19, (0.6 * sighting.visit.fwhmArcsec) / Math.abs(sighting.measured.snr));
	const place = object.motion ?? object;
	return {
		ra: round7(place.ra + (sigma * normalOf(key, 1)) / 3600 / Math.max(0.05, Math.cos((place.dec * Math.PI) / 180))),
		dec: round7(place.dec + (sigma * normalOf(key, 2)) / 3600),
	};
}

const round7 = (value: number) => Math.round(value * 1e7) / 1e7;

/** Shape measurements by what the thing is: width, elongation, negative pixels, ratio of sums, chi and scorr against plain signal to noise. */
function sourceShape(object: SimObject, sighting: Sighting, quadrant: Quadrant, key: number, snr: number) {
	const seeing = quadrant.fwhmArcsec / 1.01;
	const counts = Math.abs(sighting.measured.flux) / nanojanskyPerCount(sighting.measured.zeroPoint);
	const bright = Math.max(0.7, Math.sqrt(counts / 250));
	const chi = Math.exp(0.1 * normalOf(key, 20)) * (0.7 + 0.35 * bright);
	switch (object.bogus) {
		case null: {
			// a star's own photon noise keeps scorr below the plain ratio, an isolated source exceeds it
			const reference = Math.max(0, sighting.measured.referenceFlux) / nanojanskyPerCount(sighting.measured.zeroPoint);
			const crowded = Math.min(1, Math.log10(1 + reference / (counts + 100)) / 1.5);
			const negatives = Math.max(
				0,
				Math.round((snr < 8 ? 4 : 2) * Math.abs(normalOf(key, 22)) + crowded * 2 * normalOf(key, 23)),
			);
			// detection is decided on scorr: it is never below 5
			const wanted = (1.35 - 0.9 * crowded) * 10 ** (0.17 * normalOf(key, 26));
			const scorr = wanted * snr < 6 ? (5 * 10 ** (0.14 * uniformOf(key, 27))) / snr : wanted;
			// near the limit the fit takes the noise peak, narrower than the source; bright ones are fitted with their wings
			const dex = Math.log10((scorr * snr) / 5);
			const grown = 0.62 + 0.4 * Math.min(1, dex / 0.35) + 0.15 * Math.max(0, dex - 0.38);
			return {
				fwhm: bounded(seeing * 1.1 * grown * Math.exp((0.13 + 0.9 / snr) * normalOf(key, 21)), uniformOf(key, 28)),
				elong: 1 + Math.min(0.58, Math.abs(0.04 + (0.05 + 0.3 / snr) * Math.abs(normalOf(key, 24)))),
				negatives,
				sumRatio: Math.min(1, 1 - negatives * 0.012 * (1 + Math.abs(normalOf(key, 25)))),
				chi,
				scorr,
			};
		}
		case 'cosmic':
		case 'hotpixel':
			return {
				fwhm: 1.0 + 0.12 * uniformOf(key, 21),
				elong: 1.05 + 0.4 * uniformOf(key, 24),
				negatives: Math.floor(3 * uniformOf(key, 22)),
				sumRatio: 0.9 + 0.1 * uniformOf(key, 25),
				chi: chi * 12,
				scorr: 1.2,
			};
		case 'ghost':
		case 'edge':
			return {
				fwhm: 3.5 + 3.3 * uniformOf(key, 21),
				elong: 1.1 + 0.45 * uniformOf(key, 24),
				negatives: Math.floor(5 * uniformOf(key, 22)),
				sumRatio: 0.6 + 0.4 * uniformOf(key, 25),
				chi,
				scorr: 0.9,
			};
		case 'spike':
			return {
				fwhm: 1.1 + 2 * uniformOf(key, 21),
				elong: 1.35 + 0.24 * uniformOf(key, 24),
				negatives: 3 + Math.floor(6 * uniformOf(key, 22)),
				sumRatio: 0.4 + 0.4 * uniformOf(key, 25),
				chi: chi * 2,
				scorr: 1,
			};
		case 'dipole':
			return {
				fwhm: 1.0 + 0.7 * uniformOf(key, 21),
				elong: 1.2 + 0.38 * uniformOf(key, 24),
				negatives: 8 + Math.floor(5 * uniformOf(key, 22)),
				sumRatio: 0.48 + 0.2 * uniformOf(key, 25),
				chi: chi * 2,
				scorr: Math.max(5 / snr, 0.9),
			};
		case 'noise':
			return {
				fwhm: 1.05 + 1.1 * uniformOf(key, 21),
				elong: 1.05 + 0.4 * uniformOf(key, 24),
				negatives: 3 + Math.floor(8 * uniformOf(key, 22)),
				sumRatio: 0.55 + 0.35 * uniformOf(key, 25),
				chi,
				scorr: Math.max(5 / snr, 1),
			};
		case 'star':
		case 'template':
			return {
				fwhm: object.bogus === 'star' ? 1.02 + 0.35 * uniformOf(key, 21) : seeing * 1.05,
				elong: 1.1 + 0.35 * uniformOf(key, 24),
				negatives: 2 + Math.floor(8 * uniformOf(key, 22)),
				sumRatio: 0.55 + 0.42 * uniformOf(key, 25),
				chi: chi * 1.5,
				scorr: Math.max(5 / snr, 1.1 * 10 ** (0.1 * normalOf(key, 26))),
			};
	}
}

/** A width in pixels within what the survey issues (1 to 7); the narrowest are spread by a draw. */
function bounded(width: number, draw: number): number {
	return width < 1.3 ? 1.05 + 0.35 * draw : Math.min(6.8, width);
}

/** The nearest source of the reference image: the object's own, its host's nucleus, else the nearest neighbour that the reference shows. */
function referenceSource(seed: number, object: SimObject, visit: Visit, position: { ra: number; dec: number }) {
	const key = mix(seed, object.key, visit.id, PURPOSE.fields + 100);
	const limit = visit.band === 1 ? 22.4 : visit.band === 2 ? 22.2 : 21.4;
	const found = nearest(object, visit.band, limit);
	if (!found) {
		return {
			fields: {
				distnr: ABSENT,
				magnr: ABSENT,
				sigmagnr: ABSENT,
				chinr: ABSENT,
				sharpnr: ABSENT,
				ranr: position.ra,
				decnr: position.dec,
			},
		};
	}
	const cos = Math.max(0.05, Math.cos((object.dec * Math.PI) / 180));
	const ra = round7(object.ra + (found.east + 0.04 * normalOf(object.key, 61)) / 3600 / cos);
	const dec = round7(object.dec + (found.north + 0.04 * normalOf(object.key, 62)) / 3600);
	const distnr = Math.hypot((position.ra - ra) * cos, position.dec - dec) * 3600;
	const spread = 10 ** (0.2 * normalOf(object.key, 63));
	const extended = 0.6 + 1.4 * found.radius ** 0.8 * 10 ** (-0.1 * (found.mag - 18.5)) * spread;
	// an active nucleus in a small galaxy is neither a star nor well resolved
	const fuzzy =
		found.radius > 0 ? 8 * (1 - Math.exp(-extended / 8)) : object.group === 'AGN' ? 1.8 * spread ** 0.5 : 0.6 * spread;
	return {
		fields: {
			distnr,
			magnr: Math.round(found.mag * 1000) / 1000,
			sigmagnr: Math.round(Math.max(0.011, 0.02 * 10 ** (0.32 * (found.mag - 20))) * 1000) / 1000,
			chinr: Math.round(fuzzy * 1000) / 1000,
			sharpnr:
				Math.round(
					(found.radius > 0
						? 0.05 + 0.25 * found.radius * Math.abs(normalOf(key, 1))
						: 0.02 * normalOf(object.key, 64) - 0.005) * 1000,
				) / 1000,
			ranr: ra,
			decnr: dec,
		},
	};
}

interface Found {
	readonly east: number;
	readonly north: number;
	readonly mag: number;
	readonly radius: number;
}

function nearest(object: SimObject, band: number, limit: number): Found | null {
	const candidates: Found[] = [];
	const own = object.referenceMag[band] ?? Number.NaN;
	if (!Number.isNaN(own) && own < limit && !object.host && object.bogus !== 'template')
		candidates.push({ east: 0, north: 0, mag: own, radius: 0 });
	if (object.host && (object.host.mag[band] ?? 30) < limit) {
		candidates.push({
			east: object.host.east,
			north: object.host.north,
			mag: (object.host.mag[band] ?? 22) + 2.5 * Math.log10(1.2 + (object.host.radius / 1.2) ** 1.2),
			radius: object.host.radius,
		});
	}
	for (const neighbour of neighboursOf(object)) {
		const mag = neighbour.mag[band] ?? 30;
		if (mag < limit) {
			candidates.push({ east: neighbour.east, north: neighbour.north, mag, radius: neighbour.radius });
			break;
		}
	}
	return candidates.reduce<Found | null>(
		(best, each) => (!best || Math.hypot(each.east, each.north) < Math.hypot(best.east, best.north) ? each : best),
		null,
	);
}

/** Fields that only an alert's own candidate has: catalogue matches, counts, image statistics, scores. */
function context(seed: number, object: SimObject, sighting: Sighting, quadrant: Quadrant, history: ZtfHistory) {
	const { visit, spot, measured } = sighting;
	const key = mix(seed, object.key, visit.id, PURPOSE.fields + 200);
	const referenceKey = mix(seed, visit.field.index * 64 + spot.detector, visit.band);
	const jd = ztfJd(visit);
	const start = 2_458_190 + 60 * uniformOf(referenceKey, 1);
	const ssn = measured.flux / nanojanskyPerCount(measured.zeroPoint) / 90;
	const stream = new Stream(key, 1, PURPOSE.fields);
	// the score of the survey's network: nearly 1 for real sources, lower under cloud
	const drb = object.bogus
		? stream.beta(0.45, 2.5)
		: 1 - 10 ** -(visit.cloudMag > 1 ? stream.normalWithin(1, 0.7, 0.1, 3) : stream.normalWithin(3.8, 1.4, 0.3, 7));
	return {
		...catalogued(object),
		ndethist: history.detections,
		ncovhist: history.epochs,
		jdstarthist: history.firstJd,
		jdendhist: jd,
		tooflag: 0,
		nmtchps: Math.min(200, countWithin(object)),
		rfid: BigInt(9000 + visit.field.index) * 1_000_000n + 120_000n + BigInt(visit.band * 100 + spot.detector),
		jdstartref: start,
		jdendref: start + 60 + 400 * uniformOf(referenceKey, 2),
		nframesref: uniformOf(referenceKey, 3) < 0.8 ? 15 : 15 + Math.floor(26 * uniformOf(referenceKey, 4)),
		dsnrms: 6 * Math.abs(ssn) + 4 * uniformOf(key, 3),
		ssnrms: 6 * Math.abs(ssn) * 0.8 + 5 * uniformOf(key, 4),
		dsdiff: 4 * normalOf(key, 5),
		nmatches: Math.round(120 + 900 * uniformOf(mix(seed, visit.field.index, spot.detector), 5)),
		zpclrcov: -1e-5 * (1 + uniformOf(key, 6)),
		zpmed: quadrant.zeroPoint - 0.03 + 0.02 * normalOf(key, 7),
		clrmed: 0.6 + 0.15 * normalOf(key, 8),
		clrrms: 0.2 + 0.03 * normalOf(key, 9),
		exptime: visit.exposureSeconds,
		drb,
		drbversion: DRB_VERSION,
	};
}

/** One earlier exposure in the history of an alert: the detection as its own alert had it, or the quadrant's limit. */
function previous(seed: number, object: SimObject, sighting: Sighting): Record<string, unknown> {
	const quadrant = ztfQuadrant(seed, sighting.visit, sighting.spot.detector);
	if (sighting.detected) return detected(seed, object, sighting, quadrant);
	return { ...BLANK_PREVIOUS, ...exposure(sighting.visit, quadrant, sighting.spot.detector) };
}

const BLANK_PREVIOUS = Object.fromEntries(PREVIOUS_FIELDS.map((name) => [name, null]));

/** Forced photometry at the candidate: newest first, up to the night before; three of five are not finished yet. */
function forcedHistory(seed: number, object: SimObject, visit: Visit, recent: readonly Sighting[]): Buffer[] {
	const points: Buffer[] = [];
	for (let n = recent.length - 1; n >= 0; n--) {
		const each = recent[n];
		if (!each || each.visit.mjd > visit.mjd - 0.9) continue;
		points.push(forcedEntries.get(object, each, (one) => encodeForced(forcedPoint(seed, object, one))));
	}
	return points;
}

function forcedPoint(seed: number, object: SimObject, sighting: Sighting): Record<string, unknown> {
	const { visit, spot, measured } = sighting;
	const quadrant = ztfQuadrant(seed, visit, spot.detector);
	const base = exposure(visit, quadrant, spot.detector);
	const key = mix(seed, object.key, visit.id, PURPOSE.forced);
	const draw = uniformOf(key, 1);
	const status = draw < 0.36 ? '0' : draw < 0.96 ? '61' : draw < 0.99 ? '55' : '56';
	const missing = status === '61' || status === '55';
	const scale = nanojanskyPerCount(measured.zeroPoint);
	const reference = referenceSource(seed, object, visit, object).fields;
	const near = (name: keyof typeof reference) => (missing ? -99_999 : reference[name]);
	return {
		field: base.field,
		rcid: base.rcid,
		fid: base.fid,
		pid: base.pid,
		rfid: BigInt(base.field) * 1_000_000n + 120_000n + BigInt(base.fid * 100 + base.rcid),
		sciinpseeing: quadrant.fwhmArcsec,
		scibckgnd: visit.sky,
		scisigpix: Math.sqrt(visit.sky / 6.2 + 2.1) * (1 + 0.1 * normalOf(key, 2)) * 1.25,
		magzpsci: base.magzpsci,
		magzpsciunc: base.magzpsciunc,
		magzpscirms: base.magzpscirms,
		clrcoeff: base.clrcoeff,
		clrcounc: base.clrcounc,
		exptime: visit.exposureSeconds,
		adpctdif1: 0.06 + 0.05 * uniformOf(key, 3),
		adpctdif2: 0.065 + 0.05 * uniformOf(key, 4),
		diffmaglim: base.diffmaglim,
		programid: base.programid,
		jd: base.jd,
		// a forced measurement of the same pixels: nearly the detection's own noise
		forcediffimflux: missing ? -99_999 : (measured.flux + 0.15 * measured.fluxErr * normalOf(key, 5)) / scale,
		forcediffimfluxunc: missing ? -99_999 : measured.fluxErr / scale,
		procstatus: status,
		distnr: near('distnr'),
		ranr: near('ranr'),
		decnr: near('decnr'),
		magnr: near('magnr'),
		sigmagnr: near('sigmagnr'),
		chinr: near('chinr'),
		sharpnr: near('sharpnr'),
	};
}
