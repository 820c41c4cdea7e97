import avro from 'avsc';
import { arrayParts, fieldsOf, longType } from './schema.ts';

// names, types and order of the public LSST alert schema 10.0
const DIA_SOURCE = `
l: diaSourceId visit
i: detector
l?: diaObjectId ssObjectId parentDiaSourceId
d: midpointMjdTai ra
f?: raErr
d: dec
f?: decErr ra_dec_Cov
f: x
f?: xErr
f: y
f?: yErr
b?: centroid_flag
f?: apFlux apFluxErr
b?: apFlux_flag apFlux_flag_apertureTruncated isNegative
f?: snr psfFlux psfFluxErr psfLnL psfChi2
i?: psfNdata
b?: psfFlux_flag psfFlux_flag_edge psfFlux_flag_noGoodPixels
f?: trailFlux trailFluxErr
d?: trailRa
f?: trailRaErr
d?: trailDec
f?: trailDecErr trailLength trailLengthErr trailAngle trailAngleErr trailChi2
i?: trailNdata
b?: trail_flag_edge
f?: dipoleMeanFlux dipoleMeanFluxErr dipoleFluxDiff dipoleFluxDiffErr dipoleLength dipoleAngle dipoleChi2
i?: dipoleNdata
f?: scienceFlux scienceFluxErr
b?: forced_PsfFlux_flag forced_PsfFlux_flag_edge forced_PsfFlux_flag_noGoodPixels
f?: templateFlux templateFluxErr ixx iyy ixy ixxPSF iyyPSF ixyPSF
b?: shape_flag shape_flag_no_pixels shape_flag_not_contained shape_flag_parent_source
f?: extendedness reliability
s?: band
b?: isDipole dipoleFitAttempted
d: timeProcessedMjdTai
d?: timeWithdrawnMjdTai
i?: bboxSize
b?: pixelFlags pixelFlags_bad pixelFlags_cr pixelFlags_crCenter pixelFlags_edge pixelFlags_nodata pixelFlags_nodataCenter pixelFlags_interpolated pixelFlags_interpolatedCenter pixelFlags_offimage pixelFlags_saturated pixelFlags_saturatedCenter pixelFlags_suspect pixelFlags_suspectCenter pixelFlags_streak pixelFlags_streakCenter pixelFlags_injected pixelFlags_injectedCenter pixelFlags_injected_template pixelFlags_injected_templateCenter glint_trail`;

const FORCED = `
l: diaForcedSourceId diaObjectId
d: ra dec
l: visit
i: detector
f?: psfFlux psfFluxErr
d: midpointMjdTai
f?: scienceFlux scienceFluxErr
s?: band
d: timeProcessedMjdTai
d?: timeWithdrawnMjdTai`;

const BANDS = ['u', 'g', 'r', 'i', 'z', 'y'];
const perBand = (lines: (band: string) => string) => BANDS.map(lines).join('\n');
const DIA_OBJECT = `
l: diaObjectId
d: validityStartMjdTai ra
f?: raErr
d: dec
f?: decErr ra_dec_Cov
${perBand((b) => `f?: ${b}_psfFluxMean ${b}_psfFluxMeanErr ${b}_psfFluxSigma\ni?: ${b}_psfFluxNdata\nf?: ${b}_fpFluxMean ${b}_fpFluxMeanErr`)}
${perBand((b) => `f?: ${b}_scienceFluxMean ${b}_scienceFluxMeanErr`)}
${perBand((b) => `f?: ${b}_psfFluxMin ${b}_psfFluxMax ${b}_psfFluxMaxSlope ${b}_psfFluxErrMean`)}
d?: firstDiaSourceMjdTai lastDiaSourceMjdTai
i: nDiaSources`;

const SS_SOURCE = `
l: diaSourceId ssObjectId
s?: designation
d: eclLambda eclBeta galLon galLat
f?: elongation phaseAngle topoRange topoRangeRate helioRange helioRangeRate
d?: ephRa ephDec
f?: ephVmag ephRate ephRateRa ephRateDec ephOffset
d?: ephOffsetRa ephOffsetDec
f?: ephOffsetAlongTrack ephOffsetCrossTrack helio_x helio_y helio_z helio_vx helio_vy helio_vz helio_vtot topo_x topo_y topo_z topo_vx topo_vy topo_vz topo_vtot
i?: diaDistanceRank`;

const MPC_ORBITS = `
i: id
s: designation packed_primary_provisional_designation unpacked_primary_provisional_designation
s?: mpc_orb_jsonb
l?: created_at updated_at
i?: orbit_type_int u_param nopp
d?: arc_length_total arc_length_sel
i?: nobs_total nobs_total_sel
d?: a q e i node argperi peri_time yarkovsky srp a1 a2 a3 dt mean_anomaly period mean_motion a_unc q_unc e_unc i_unc node_unc argperi_unc peri_time_unc yarkovsky_unc srp_unc a1_unc a2_unc a3_unc dt_unc mean_anomaly_unc period_unc mean_motion_unc epoch_mjd h g not_normalized_rms normalized_rms earth_moid
l?: fitting_datetime`;

const record = (name: string, table: string) => ({
	type: 'record',
	name,
	namespace: 'lsst.v10_0',
	fields: fieldsOf(table),
});

const typeOf = (schema: unknown) =>
	avro.Type.forSchema(JSON.parse(JSON.stringify(schema)) as avro.Schema, { registry: { long: longType } });
const types = {
	id: typeOf('long'),
	text: typeOf(['null', 'string']),
	source: typeOf(record('diaSource', DIA_SOURCE)),
	forced: typeOf(record('diaForcedSource', FORCED)),
	object: typeOf(['null', record('diaObject', DIA_OBJECT)]),
	body: typeOf(['null', record('ssSource', SS_SOURCE)]),
	orbit: typeOf(['null', record('mpc_orbits', MPC_ORBITS)]),
	bytes: typeOf(['null', 'bytes']),
};
const FRAME = Buffer.from([0, 0, 0, 0x03, 0xe8]);

/** One diaSource, encoded: histories use each many times. */
export function encodeSource(source: object): Buffer {
	return types.source.toBuffer(source);
}

/** One diaForcedSource, encoded. */
export function encodeForcedSource(source: object): Buffer {
	return types.forced.toBuffer(source);
}

/** An alert in parts; histories are encoded already. */
export interface LsstAlertParts {
	readonly diaSourceId: bigint;
	readonly reason: string | null;
	readonly target: string | null;
	readonly source: Buffer;
	readonly previous: readonly Buffer[] | null;
	readonly forced: readonly Buffer[] | null;
	readonly object: object | null;
	readonly body: object | null;
	readonly orbit: object | null;
	readonly difference: Uint8Array;
	readonly science: Uint8Array;
	readonly template: Uint8Array;
}

/** Confluent framing (byte 0, schema id 1000 = v10.0) and the bare Avro body: the fields one after another. */
export function encodeLsst(alert: LsstAlertParts): Uint8Array {
	return Buffer.concat([
		FRAME,
		types.id.toBuffer(alert.diaSourceId),
		types.text.toBuffer(alert.reason),
		types.text.toBuffer(alert.target),
		alert.source,
		...arrayParts(alert.previous),
		...arrayParts(alert.forced),
		types.object.toBuffer(alert.object),
		types.body.toBuffer(alert.body),
		types.orbit.toBuffer(alert.orbit),
		types.bytes.toBuffer(alert.difference),
		types.bytes.toBuffer(alert.science),
		types.bytes.toBuffer(alert.template),
	]);
}

const nullable = (table: string): Record<string, null> =>
	Object.fromEntries(
		fieldsOf(table)
			.filter((field) => Array.isArray(field.type))
			.map((field) => [field.name, null]),
	);

/** Records with every optional field null, to be filled. */
export const BLANK = {
	diaSource: nullable(DIA_SOURCE),
	diaObject: nullable(DIA_OBJECT),
	ssSource: nullable(SS_SOURCE),
	mpcOrbits: nullable(MPC_ORBITS),
};
