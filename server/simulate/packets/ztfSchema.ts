import avro from 'avsc';
import { fieldsOf, longType } from './schema.ts';

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

const record = (name: string, table: string) => ({ type: 'record', name, namespace: 'ztf.alert', fields: fieldsOf(table) });
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
const type = avro.Type.forSchema(JSON.parse(JSON.stringify(ZTF_SCHEMA)) as avro.Schema, { registry: { long: longType } });

const SYNC = Buffer.from('Nightjar SIM 402', 'latin1');
const META = avro.Type.forSchema({ type: 'map', values: 'bytes' });
const HEADER = Buffer.concat([
	Buffer.from('Obj\u0001', 'latin1'),
	META.toBuffer({ 'avro.schema': Buffer.from(JSON.stringify(ZTF_SCHEMA)), 'avro.codec': Buffer.from('null') }),
	SYNC,
]);
const LONG = avro.Type.forSchema('long');

/** An object container file with one alert. */
export function encodeZtf(alert: Readonly<Record<string, unknown>>): Uint8Array {
	const body = type.toBuffer(alert);
	return Buffer.concat([HEADER, LONG.toBuffer(1), LONG.toBuffer(body.length), body, SYNC]);
}
