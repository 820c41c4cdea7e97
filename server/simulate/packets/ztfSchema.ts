import avro from 'avsc';
import { arrayParts, fieldsOf, longType, namesOf, PRESENT } from './schema.ts';

// names, types and order of the public ZTF alert schema 4.02
const CANDIDATE = `
d: jd
i: fid
l: pid
f?: diffmaglim
s?: pdiffimfilename programpi
i: programid
l: candid
s: isdiffpos
l?: tblid
i?: nid rcid field
f?: xpos ypos
d: ra dec
f: magpsf sigmapsf
f?: chipsf magap sigmagap distnr magnr sigmagnr chinr sharpnr sky magdiff fwhm classtar mindtoedge magfromlim seeratio aimage bimage aimagerat bimagerat elong
i?: nneg nbad
f?: rb ssdistnr ssmagnr
s?: ssnamenr
f?: sumrat magapbig sigmagapbig
d: ranr decnr
f?: sgmag1 srmag1 simag1 szmag1 sgscore1 distpsnr1
i: ndethist ncovhist
d?: jdstarthist jdendhist scorr
i?: tooflag
l?: objectidps1 objectidps2
f?: sgmag2 srmag2 simag2 szmag2 sgscore2 distpsnr2
l?: objectidps3
f?: sgmag3 srmag3 simag3 szmag3 sgscore3 distpsnr3
i: nmtchps
l: rfid
d: jdstartref jdendref
i: nframesref
s: rbversion
f?: dsnrms ssnrms dsdiff magzpsci magzpsciunc magzpscirms
i: nmatches
f?: clrcoeff clrcounc zpclrcov zpmed clrmed clrrms neargaia neargaiabright maggaia maggaiabright exptime drb
s: drbversion`;

const PREVIOUS = `
d: jd
i: fid
l: pid
f?: diffmaglim
s?: pdiffimfilename programpi
i: programid
l?: candid
s?: isdiffpos
l?: tblid
i?: nid rcid field
f?: xpos ypos
d?: ra dec
f?: magpsf sigmapsf chipsf magap sigmagap distnr magnr sigmagnr chinr sharpnr sky magdiff fwhm classtar mindtoedge magfromlim seeratio aimage bimage aimagerat bimagerat elong
i?: nneg nbad
f?: rb ssdistnr ssmagnr
s?: ssnamenr
f?: sumrat magapbig sigmagapbig
d?: ranr decnr scorr
f?: magzpsci magzpsciunc magzpscirms clrcoeff clrcounc
s: rbversion`;

const FORCED = `
i?: field rcid
i: fid
l: pid rfid
f?: sciinpseeing scibckgnd scisigpix magzpsci magzpsciunc magzpscirms clrcoeff clrcounc exptime adpctdif1 adpctdif2 diffmaglim
i: programid
d: jd
f?: forcediffimflux forcediffimfluxunc
s?: procstatus
f?: distnr
d: ranr decnr
f?: magnr sigmagnr chinr sharpnr`;

const record = (name: string, table: string) => ({
	type: 'record',
	name,
	namespace: 'ztf.alert',
	fields: fieldsOf(table),
});
const cutout = (name: string, type: unknown) => ({ name, type: ['null', type] });

/** The writer's schema, as it stands in each packet. */
export const ZTF_SCHEMA = {
	type: 'record',
	name: 'alert',
	namespace: 'ztf',
	version: '4.02',
	fields: [
		{ name: 'schemavsn', type: 'string' },
		{ name: 'publisher', type: 'string' },
		{ name: 'objectId', type: 'string' },
		{ name: 'candid', type: 'long' },
		{ name: 'candidate', type: record('candidate', CANDIDATE) },
		{ name: 'prv_candidates', type: ['null', { type: 'array', items: record('prv_candidate', PREVIOUS) }] },
		{ name: 'fp_hists', type: ['null', { type: 'array', items: record('fp_hist', FORCED) }] },
		cutout('cutoutScience', {
			type: 'record',
			name: 'cutout',
			namespace: 'ztf.alert',
			fields: [
				{ name: 'fileName', type: 'string' },
				{ name: 'stampData', type: 'bytes' },
			],
		}),
		cutout('cutoutTemplate', 'ztf.alert.cutout'),
		cutout('cutoutDifference', 'ztf.alert.cutout'),
	],
};

// avsc reads the schema as JSON would hold it
const typeOf = (schema: unknown) =>
	avro.Type.forSchema(JSON.parse(JSON.stringify(schema)) as avro.Schema, { registry: { long: longType } });
const types = {
	candidate: typeOf(record('candidate', CANDIDATE)),
	previous: typeOf(record('prv_candidate', PREVIOUS)),
	forced: typeOf(record('fp_hist', FORCED)),
	text: avro.Type.forSchema('string'),
	bytes: avro.Type.forSchema('bytes'),
	long: avro.Type.forSchema('long'),
	candid: typeOf('long'),
};

const SYNC = Buffer.from('Nightjar SIM 402', 'latin1');
const META = avro.Type.forSchema({ type: 'map', values: 'bytes' });
const HEADER = Buffer.concat([
	Buffer.from('Obj\u0001', 'latin1'),
	META.toBuffer({ 'avro.schema': Buffer.from(JSON.stringify(ZTF_SCHEMA)), 'avro.codec': Buffer.from('null') }),
	SYNC,
]);

/** Names of the fields of prv_candidates, in order. */
export const PREVIOUS_FIELDS = namesOf(PREVIOUS);

/** One entry of prv_candidates, encoded: entries are written once and used by every alert that carries them. */
export function encodePrevious(entry: object): Buffer {
	return types.previous.toBuffer(entry);
}

/** One entry of fp_hists, encoded. */
export function encodeForced(entry: object): Buffer {
	return types.forced.toBuffer(entry);
}

/** An alert in parts; histories are encoded already. */
export interface ZtfAlertParts {
	readonly publisher: string;
	readonly objectId: string;
	readonly candid: bigint;
	readonly candidate: object;
	readonly previous: readonly Buffer[] | null;
	readonly forced: readonly Buffer[] | null;
	/** Science, template, difference. */
	readonly cutouts: readonly { readonly fileName: string; readonly stampData: Buffer }[];
}

/** An object container file with one alert: a record is the encoding of its fields one after another. */
export function encodeZtf(alert: ZtfAlertParts): Uint8Array {
	const body = [
		types.text.toBuffer('4.02'),
		types.text.toBuffer(alert.publisher),
		types.text.toBuffer(alert.objectId),
		types.candid.toBuffer(alert.candid),
		types.candidate.toBuffer(alert.candidate),
		...arrayParts(alert.previous),
		...arrayParts(alert.forced),
	];
	for (const cutout of alert.cutouts)
		body.push(PRESENT, types.text.toBuffer(cutout.fileName), types.bytes.toBuffer(cutout.stampData));
	const length = body.reduce((sum, part) => sum + part.length, 0);
	return Buffer.concat([HEADER, types.long.toBuffer(1), types.long.toBuffer(length), ...body, SYNC]);
}
