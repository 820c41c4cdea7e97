import { container, JD, stamp, type Values } from './packets.ts';

/** Packets of our own in the forms of WINTER, PGIR, DECam and ATLAS, quirks included. */

type Typed = readonly (readonly [name: string, type: unknown, value: unknown])[];

/** Record schema and value from names, types and values; a name that occurs again is written twice, as it stands. */
function recordOfFields(name: string, fields: Typed): { schema: Values; value: Values } {
	const seen = new Map<string, number>();
	const value: Values = {};
	for (const [field, , own] of fields) {
		const times = (seen.get(field) ?? 0) + 1;
		seen.set(field, times);
		value[times === 1 ? field : `${field}__${times}`] = own;
	}
	return { schema: { type: 'record', name, fields: fields.map(([field, type]) => ({ name: field, type })) }, value };
}

function changed(fields: Typed, changes: Values): Typed {
	return fields.map(([name, type, value]) => [name, type, Object.hasOwn(changes, name) ? changes[name] : value]);
}

/** A packet like WINTER's: `sgmag1` occurs twice in the candidate, times are starts in UTC, stamps of 81 pixels. */
export function winterPacket(changes: Values = {}): Buffer {
	const orNull = ['float', 'null'];
	const before = recordOfFields('winter.alert.prv_candidate', [
		['candid', 'long', 9_007_199_254_740_001n],
		['jd', 'double', JD - 1],
		['fid', 'int', 2],
		['isdiffpos', 'boolean', false],
		['ra', 'double', 120.5],
		['dec', 'double', 7.2],
		['magpsf', 'float', 16.5],
		['sigmapsf', 'float', 0.0625],
	]);
	const candidate = recordOfFields(
		'winter.alert.candidate',
		changed(
			[
				['candid', 'long', 9_007_199_254_740_993n],
				['jd', 'double', JD],
				['fid', 'int', 2],
				['exptime', 'float', 120],
				['ndethist', 'int', 3],
				['jdstarthist', 'double', JD - 5],
				['isdiffpos', 'boolean', true],
				['ra', 'double', 120.5],
				['dec', 'double', 7.25],
				['diffmaglim', orNull, 17.75],
				['magpsf', 'float', 16],
				['sigmapsf', 'float', 0.0625],
				['distnr', orNull, null],
				['sgmag1', orNull, 18.25],
				['sgmag1', orNull, 19.25],
				['distpsnr1', orNull, 3],
			],
			changes,
		),
	);
	const packet = recordOfFields('winter.alert', [
		['schemavsn', 'string', '0.1'],
		['objectid', 'string', 'WNTR24abcde'],
		['candid', 'long', 9_007_199_254_740_993n],
		['candidate', candidate.schema, candidate.value],
		['prv_candidates', [{ type: 'array', items: before.schema }, 'null'], [before.value]],
		['cutout_science', 'bytes', stamp(81, 81)],
		['cutout_template', 'bytes', stamp(81, 81)],
		['cutout_difference', 'bytes', stamp(81, 81)],
	]);
	return container(packet.schema, [packet.value]);
}

/** A packet like PGIR's: one band, an upper limit in the history, -99 for no solar system object. */
export function pgirPacket(changes: Values = {}): Buffer {
	const before = recordOfFields('pgir.alert.prv_candidate', [
		['jd', 'double', JD - 2],
		['diffmaglim', ['float', 'null'], 12.5],
		['candid', ['long', 'null'], null],
		['isdiffpos', ['string', 'null'], null],
		['ra', ['double', 'null'], null],
		['dec', ['double', 'null'], null],
		['magpsf', ['float', 'null'], null],
		['sigmapsf', ['float', 'null'], null],
	]);
	const candidate = recordOfFields(
		'pgir.alert.candidate',
		changed(
			[
				['jd', 'double', JD],
				['candid', 'long', 114_297_926n],
				['isdiffpos', 'string', '1'],
				['ra', 'double', 285.5],
				['dec', 'double', 10.25],
				['diffmaglim', ['float', 'null'], 12.5],
				['magpsf', 'float', 10],
				['sigmapsf', 'float', 0.0625],
				['ssdistnr', ['float', 'null'], -99],
				['ssnamenr', ['string', 'null'], 'NONE'],
				['ndethist', 'int', 12],
				['jdstarthist', ['double', 'null'], JD - 100],
				['exptime', ['float', 'null'], 64],
				['drb', ['float', 'null'], 0.75],
				['drbversion', 'string', 'model'],
			],
			changes,
		),
	);
	const packet = recordOfFields('pgir.alert', [
		['schemavsn', 'string', '0.1'],
		['cutoutScience', 'bytes', stamp(61, 61)],
		['cutoutTemplate', 'bytes', stamp(61, 61)],
		['cutoutDifference', 'bytes', stamp(61, 61)],
		['objectId', 'string', 'PGIR21abcdef'],
		['candid', 'long', 114_297_926n],
		['candidate', candidate.schema, candidate.value],
		['prv_candidates', [{ type: 'array', items: before.schema }, 'null'], [before.value]],
	]);
	return container(packet.schema, [packet.value]);
}

/** A packet like DECam's (DESIRT): fluxes in nJy, forced photometry with the detection's own epoch in it. */
export function decamPacket(changes: Values = {}): Buffer {
	const point: Typed = [
		['mjd', 'double', 61_229.0625],
		['band', 'string', 'g'],
		['diffmaglim', 'double', 23],
		['isdiffpos', 'long', 1n],
		['psfFlux', 'double', 1000],
		['psfFluxErr', 'double', 250],
	];
	const forced = recordOfFields('desirt.FpHist', [...point, ['forcediffimflux', 'double', 1]]);
	const candidate = recordOfFields(
		'desirt.Candidate',
		changed(
			[...point, ['ra', 'double', 210.5], ['dec', 'double', 15.5], ['reliability', ['null', 'double'], 0.875]],
			changes,
		),
	);
	const packet = recordOfFields('desirt.alert', [
		['publisher', 'string', 'DESIRT'],
		['objectId', 'string', 'c4d_260708_015517_xxx_g'],
		['candid', 'long', 65_346n],
		['candidate', candidate.schema, candidate.value],
		['fp_hists', { type: 'array', items: forced.schema }, [forced.value]],
		['cutoutScience', 'bytes', stamp()],
		['cutoutTemplate', 'bytes', stamp()],
		['cutoutDifference', 'bytes', stamp()],
	]);
	return container(packet.schema, [packet.value]);
}

/** A packet like ATLAS's: text ids, a sign that contradicts the flux, a negative error, two stamps. */
export function atlasPacket(changes: Values = {}): Buffer {
	const candidate = recordOfFields(
		'atlas.candidate',
		changed(
			[
				['mjd', 'double', 59_543.25],
				['filter', 'string', 'o'],
				['pid', 'long', 2_595_430_040n],
				['candid', 'string', '02a59543o0040o_006230'],
				['isdiffpos', 'string', 't'],
				['RA', 'double', 302.125],
				['Dec', 'double', 12.25],
				['Mag', 'float', -17.5],
				['Dmag', 'float', 0.125],
				['flux', 'float', -512],
				['Dflux', 'float', -16],
			],
			changes,
		),
	);
	const cutout = { type: 'record', name: 'atlas.cutout', fields: [{ name: 'stampData', type: 'bytes' }] };
	const packet = recordOfFields('atlas.alert', [
		['schemavsn', 'string', '0.1'],
		['objectId', 'string', '1200825211121548288'],
		['candid', 'string', '02a59543o0040o_006230'],
		['candidate', candidate.schema, candidate.value],
		['cutoutScience', cutout, { stampData: stamp(61, 61) }],
		['cutoutDifference', 'atlas.cutout', { stampData: stamp(61, 61) }],
	]);
	return container(packet.schema, [packet.value]);
}

/** A packet of a survey that is known by name only. */
export function turboPacket(): Buffer {
	const packet = recordOfFields('turbo.alert', [['objectId', 'string', 'None.20']]);
	return container(packet.schema, [packet.value]);
}
