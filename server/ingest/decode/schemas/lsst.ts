/**
 * Avro schemas of Rubin alerts v7.0 to v11.0, held as one table of fields and rendered per version.
 * A line is `type: name...`; `?` = nullable, `{r}` = record, `[r]` = array of records, `time` = timestamp in microseconds.
 * `@a-b` after a name limits it to versions a to b inclusive, `@a` to one version; order is the order in the packet.
 */

/** Versions that can be rendered; a Confluent schema id is major * 100 + minor. */
export const LSST_VERSIONS: readonly string[] = ['7.0', '7.1', '7.2', '7.3', '7.4', '8.0', '9.0', '10.0', '11.0'];

const RECORDS: Readonly<Record<string, string>> = {
	alert: `
		long: diaSourceId@8.0-
		string?: observation_reason@8.0- target_name@8.0-
		long: alertId@-7.4
		{diaSource}: diaSource
		[diaSource]?: prvDiaSources
		[diaForcedSource]?: prvDiaForcedSources
		[diaNondetectionLimit]?: prvDiaNondetectionLimits@-7.4
		{diaObject}?: diaObject
		{ssSource}?: ssSource@8.0-
		{mpc_orbits}?: mpc_orbits@10.0-
		{MPCORB}?: MPCORB@8.0-9.0
		{ssObject}?: ssObject@-7.4
		bytes?: cutoutDifference cutoutScience cutoutTemplate
	`,
	diaSource: `
		long: diaSourceId visit
		int: detector
		long?: diaObjectId ssObjectId parentDiaSourceId
		double: midpointMjdTai ra
		float?: raErr
		double: dec
		float?: decErr ra_dec_Cov
		float: x
		float?: xErr
		float: y
		float?: yErr x_y_Cov@-7.4
		boolean?: centroid_flag is_negative@7.3
		float?: apFlux apFluxErr
		boolean?: apFlux_flag apFlux_flag_apertureTruncated isNegative@8.0- is_negative@7.4
		float?: snr psfFlux psfFluxErr
		double?: psfRa@-7.4
		float?: psfRaErr@-7.4
		double?: psfDec@-7.4
		float?: psfDecErr@-7.4 psfFlux_psfRa_Cov@-7.4 psfFlux_psfDec_Cov@-7.4 psfRa_psfDec_Cov@-7.4 psfLnL psfChi2
		int: psfNdata@11.0-
		int?: psfNdata@-10.0
		boolean?: psfFlux_flag psfFlux_flag_edge psfFlux_flag_noGoodPixels
		float?: trailFlux trailFluxErr
		double?: trailRa
		float?: trailRaErr
		double?: trailDec
		float?: trailDecErr trailLength trailLengthErr trailAngle trailAngleErr trailFlux_trailRa_Cov@-7.4
		float?: trailFlux_trailDec_Cov@-7.4 trailFlux_trailLength_Cov@-7.4 trailFlux_trailAngle_Cov@-7.4
		float?: trailRa_trailDec_Cov@-7.4 trailRa_trailLength_Cov@-7.4 trailRa_trailAngle_Cov@-7.4
		float?: trailDec_trailLength_Cov@-7.4 trailDec_trailAngle_Cov@-7.4 trailLength_trailAngle_Cov@-7.4
		float?: trailLnL@-7.4 trailChi2
		int: trailNdata@11.0-
		int?: trailNdata@-10.0
		boolean?: trail_flag_edge
		float?: dipoleMeanFlux dipoleMeanFluxErr dipoleFluxDiff dipoleFluxDiffErr
		double?: dipoleRa@-7.4
		float?: dipoleRaErr@-7.4
		double?: dipoleDec@-7.4
		float?: dipoleDecErr@-7.4 dipoleLength dipoleLengthErr@-7.4 dipoleAngle dipoleAngleErr@-7.4
		float?: dipoleMeanFlux_dipoleFluxDiff_Cov@-7.4 dipoleMeanFlux_dipoleRa_Cov@-7.4
		float?: dipoleMeanFlux_dipoleDec_Cov@-7.4 dipoleMeanFlux_dipoleLength_Cov@-7.4
		float?: dipoleMeanFlux_dipoleAngle_Cov@-7.4 dipoleFluxDiff_dipoleRa_Cov@-7.4 dipoleFluxDiff_dipoleDec_Cov@-7.4
		float?: dipoleFluxDiff_dipoleLength_Cov@-7.4 dipoleFluxDiff_dipoleAngle_Cov@-7.4 dipoleRa_dipoleDec_Cov@-7.4
		float?: dipoleRa_dipoleLength_Cov@-7.4 dipoleRa_dipoleAngle_Cov@-7.4 dipoleDec_dipoleLength_Cov@-7.4
		float?: dipoleDec_dipoleAngle_Cov@-7.4 dipoleLength_dipoleAngle_Cov@-7.4 dipoleLnL@-7.4 dipoleChi2
		int: dipoleNdata@11.0-
		int?: dipoleNdata@-10.0
		float?: scienceFlux@8.0- scienceFluxErr@8.0-
		boolean?: forced_PsfFlux_flag forced_PsfFlux_flag_edge forced_PsfFlux_flag_noGoodPixels
		float?: templateFlux@8.0- templateFluxErr@8.0- snapDiffFlux@-7.4 snapDiffFluxErr@-7.4 fpBkgd@-7.4
		float?: fpBkgdErr@-7.4 ixx ixxErr@-7.4 iyy iyyErr@-7.4 ixy ixyErr@-7.4 ixx_iyy_Cov@-7.4 ixx_ixy_Cov@-7.4
		float?: iyy_ixy_Cov@-7.4 ixxPSF iyyPSF ixyPSF
		boolean?: shape_flag shape_flag_no_pixels shape_flag_not_contained shape_flag_parent_source
		float?: extendedness reliability
		string?: band
		boolean?: isDipole@8.0- dipoleFitAttempted@7.2-
		double: timeProcessedMjdTai@9.0-
		double?: timeWithdrawnMjdTai@9.0-
		int: bboxSize@11.0-
		time: time_processed@8.0
		int?: bboxSize@8.0-10.0
		boolean?: pixelFlags pixelFlags_bad pixelFlags_cr pixelFlags_crCenter pixelFlags_edge pixelFlags_nodata@7.4-
		boolean?: pixelFlags_nodataCenter@7.4- pixelFlags_interpolated pixelFlags_interpolatedCenter
		boolean?: pixelFlags_offimage pixelFlags_saturated pixelFlags_saturatedCenter pixelFlags_suspect
		boolean?: pixelFlags_suspectCenter pixelFlags_streak pixelFlags_streakCenter pixelFlags_injected
		boolean?: pixelFlags_injectedCenter pixelFlags_injected_template pixelFlags_injected_templateCenter
		boolean?: glint_trail@8.0-
	`,
	diaObject: `
		long: diaObjectId
		double: validityStartMjdTai@9.0-
		time: validityStart@8.0
		double: ra
		float?: raErr
		double: dec
		float?: decErr ra_dec_Cov
		double?: radecMjdTai@-7.4
		float?: pmRa@-7.4 pmRaErr@-7.4 pmDec@-7.4 pmDecErr@-7.4 parallax@-7.4 parallaxErr@-7.4 pmRa_pmDec_Cov@-7.4
		float?: pmRa_parallax_Cov@-7.4 pmDec_parallax_Cov@-7.4 pmParallaxLnL@-7.4 pmParallaxChi2@-7.4
		int?: pmParallaxNdata@-7.4
		float?: u_psfFluxMean u_psfFluxMeanErr u_psfFluxSigma
		int: u_psfFluxNdata@11.0-
		float?: u_psfFluxChi2@-7.4
		int?: u_psfFluxNdata@-10.0
		float?: u_fpFluxMean u_fpFluxMeanErr u_fpFluxSigma@-7.4 g_psfFluxMean g_psfFluxMeanErr g_psfFluxSigma
		int: g_psfFluxNdata@11.0-
		float?: g_psfFluxChi2@-7.4
		int?: g_psfFluxNdata@-10.0
		float?: g_fpFluxMean g_fpFluxMeanErr g_fpFluxSigma@-7.4 r_psfFluxMean r_psfFluxMeanErr r_psfFluxSigma
		int: r_psfFluxNdata@11.0-
		float?: r_psfFluxChi2@-7.4
		int?: r_psfFluxNdata@-10.0
		float?: r_fpFluxMean r_fpFluxMeanErr r_fpFluxSigma@-7.4 i_psfFluxMean i_psfFluxMeanErr i_psfFluxSigma
		int: i_psfFluxNdata@11.0-
		float?: i_psfFluxChi2@-7.4
		int?: i_psfFluxNdata@-10.0
		float?: i_fpFluxMean i_fpFluxMeanErr i_fpFluxSigma@-7.4 z_psfFluxMean z_psfFluxMeanErr z_psfFluxSigma
		int: z_psfFluxNdata@11.0-
		float?: z_psfFluxChi2@-7.4
		int?: z_psfFluxNdata@-10.0
		float?: z_fpFluxMean z_fpFluxMeanErr z_fpFluxSigma@-7.4 y_psfFluxMean y_psfFluxMeanErr y_psfFluxSigma
		int: y_psfFluxNdata@11.0-
		float?: y_psfFluxChi2@-7.4
		int?: y_psfFluxNdata@-10.0
		float?: y_fpFluxMean y_fpFluxMeanErr u_scienceFluxMean@8.0- u_scienceFluxMeanErr@8.0- g_scienceFluxMean@8.0-
		float?: g_scienceFluxMeanErr@8.0- r_scienceFluxMean@8.0- r_scienceFluxMeanErr@8.0- i_scienceFluxMean@8.0-
		float?: i_scienceFluxMeanErr@8.0- z_scienceFluxMean@8.0- z_scienceFluxMeanErr@8.0- y_scienceFluxMean@8.0-
		float?: y_scienceFluxMeanErr@8.0- u_psfFluxMin@8.0- u_psfFluxMax@8.0- u_psfFluxMaxSlope@8.0-
		float?: y_fpFluxSigma@-7.4
		long?: nearbyObj1@-7.4
		float?: nearbyObj1Dist@-7.4 nearbyObj1LnP@-7.4
		long?: nearbyObj2@-7.4
		float?: nearbyObj2Dist@-7.4 nearbyObj2LnP@-7.4
		long?: nearbyObj3@-7.4
		float?: nearbyObj3Dist@-7.4 nearbyObj3LnP@-7.4 u_psfFluxErrMean g_psfFluxMin@8.0- g_psfFluxMax@8.0-
		float?: g_psfFluxMaxSlope@8.0- g_psfFluxErrMean r_psfFluxMin@8.0- r_psfFluxMax@8.0- r_psfFluxMaxSlope@8.0-
		float?: r_psfFluxErrMean i_psfFluxMin@8.0- i_psfFluxMax@8.0- i_psfFluxMaxSlope@8.0- i_psfFluxErrMean
		float?: z_psfFluxMin@8.0- z_psfFluxMax@8.0- z_psfFluxMaxSlope@8.0- z_psfFluxErrMean y_psfFluxMin@8.0-
		float?: y_psfFluxMax@8.0- y_psfFluxMaxSlope@8.0- y_psfFluxErrMean
		double?: firstDiaSourceMjdTai@8.0- lastDiaSourceMjdTai@8.0-
		int: nDiaSources@8.0-
	`,
	diaForcedSource: `
		long: diaForcedSourceId diaObjectId
		double: ra@7.1- dec@7.1-
		long: visit
		int: detector
		float?: psfFlux psfFluxErr x@-7.0 y@-7.0
		double: midpointMjdTai
		float?: scienceFlux@8.0- scienceFluxErr@8.0-
		string?: band
		double: timeProcessedMjdTai@9.0-
		double?: timeWithdrawnMjdTai@9.0-
		time: time_processed@8.0
	`,
	diaNondetectionLimit: `
		long: ccdVisitId
		double: midpointMjdTai
		string: band
		float: diaNoise
	`,
	ssObject: `
		long: ssObjectId
		double?: discoverySubmissionDate firstObservationDate
		float?: arc
		int?: numObs
		float?: MOID MOIDTrueAnomaly MOIDEclipticLongitude MOIDDeltaV u_H u_G12 u_HErr u_G12Err u_H_u_G12_Cov u_Chi2
		int?: u_Ndata
		float?: g_H g_G12 g_HErr g_G12Err g_H_g_G12_Cov g_Chi2
		int?: g_Ndata
		float?: r_H r_G12 r_HErr r_G12Err r_H_r_G12_Cov r_Chi2
		int?: r_Ndata
		float?: i_H i_G12 i_HErr i_G12Err i_H_i_G12_Cov i_Chi2
		int?: i_Ndata
		float?: z_H z_G12 z_HErr z_G12Err z_H_z_G12_Cov z_Chi2
		int?: z_Ndata
		float?: y_H y_G12 y_HErr y_G12Err y_H_y_G12_Cov y_Chi2
		int?: y_Ndata
		float?: medianExtendedness
	`,
	ssSource: `
		long: diaSourceId@10.0- ssObjectId@10.0-
		string?: designation@10.0-
		double: eclLambda@10.0- eclBeta@10.0- galLon@10.0- galLat@10.0-
		float?: elongation@10.0-
		long?: ssObjectId@-9.0 diaSourceId@-9.0
		double?: eclipticLambda@-9.0 eclipticBeta@-9.0 galacticL@-9.0 galacticB@-9.0
		float?: phaseAngle topoRange@10.0- topoRangeRate@10.0- helioRange@10.0- helioRangeRate@10.0-
		double?: ephRa@10.0- ephDec@10.0-
		float?: ephVmag@10.0- ephRate@10.0- ephRateRa@10.0- ephRateDec@10.0- ephOffset@10.0-
		double?: ephOffsetRa@10.0- ephOffsetDec@10.0-
		float?: ephOffsetAlongTrack@10.0- ephOffsetCrossTrack@10.0- helio_x@10.0- helio_y@10.0- helio_z@10.0-
		float?: helio_vx@10.0- helio_vy@10.0- helio_vz@10.0- helio_vtot@10.0- topo_x@10.0- topo_y@10.0- topo_z@10.0-
		float?: topo_vx@10.0- topo_vy@10.0- topo_vz@10.0- topo_vtot@10.0-
		int?: diaDistanceRank@10.0-
		float?: heliocentricDist@-9.0 topocentricDist@-9.0 predictedVMagnitude@-9.0
		double?: residualRa@-9.0 residualDec@-9.0
		float?: heliocentricX@-9.0 heliocentricY@-9.0 heliocentricZ@-9.0 heliocentricVX@-9.0 heliocentricVY@-9.0
		float?: heliocentricVZ@-9.0 topocentricX@-9.0 topocentricY@-9.0 topocentricZ@-9.0 topocentricVX@-9.0
		float?: topocentricVY@-9.0 topocentricVZ@-9.0
	`,
	MPCORB: `
		string?: mpcDesignation
		long?: ssObjectId
		float?: mpcH
		double?: epoch M peri node incl e a q t_p
	`,
	mpc_orbits: `
		int: id
		string: designation packed_primary_provisional_designation unpacked_primary_provisional_designation
		string?: mpc_orb_jsonb
		time?: created_at updated_at
		int?: orbit_type_int u_param nopp
		double?: arc_length_total arc_length_sel
		int?: nobs_total nobs_total_sel
		double?: a q e i node argperi peri_time yarkovsky srp a1 a2 a3 dt mean_anomaly period mean_motion a_unc q_unc
		double?: e_unc i_unc node_unc argperi_unc peri_time_unc yarkovsky_unc srp_unc a1_unc a2_unc a3_unc dt_unc
		double?: mean_anomaly_unc period_unc mean_motion_unc epoch_mjd h g not_normalized_rms normalized_rms
		double?: earth_moid
		time?: fitting_datetime
	`,
};

type Schema = string | { readonly [key: string]: unknown } | readonly Schema[];

const order = new Map(LSST_VERSIONS.map((version, i) => [version, i]));

function holds(range: string | undefined, version: string): boolean {
	if (range === undefined) return true;
	const at = order.get(version) ?? -1;
	const [first, last] = range.includes('-') ? range.split('-') : [range, range];
	return at >= (first ? (order.get(first) ?? 0) : 0) && at <= (last ? (order.get(last) ?? Infinity) : Infinity);
}

/** Renders the Avro schema of an alert of that version (one merged schema); throws RangeError for versions not in the table. */
export function lsstSchema(version: string): Schema {
	if (!order.has(version)) throw new RangeError(`No Rubin alert schema v${version} in the table.`);
	const namespace = `lsst.v${version.replace('.', '_')}`;
	const defined = new Set<string>();

	function typeOf(type: string): Schema {
		if (type.endsWith('?')) return ['null', typeOf(type.slice(0, -1))];
		if (type === 'time') return { type: 'long', logicalType: 'timestamp-micros' };
		if (type.startsWith('{')) return record(type.slice(1, -1));
		if (type.startsWith('[')) return { type: 'array', items: record(type.slice(1, -1)) };
		return type;
	}

	function record(name: string): Schema {
		const full = `${namespace}.${name}`;
		if (defined.has(full)) return full;
		defined.add(full);
		const fields: Schema[] = [];
		for (const line of (RECORDS[name] ?? '').trim().split('\n')) {
			const [type = '', names = ''] = line.trim().split(/:\s+/);
			for (const word of names.split(' ')) {
				const [field = '', range] = word.split('@');
				if (holds(range, version)) fields.push({ name: field, type: typeOf(type) });
			}
		}
		return { type: 'record', name, namespace, fields };
	}

	return record('alert');
}

/** The version behind a Confluent schema id (1000 is 10.0), or null when the table does not hold it. */
export function lsstVersionOfId(id: number): string | null {
	const version = `${Math.floor(id / 100)}.${id % 100}`;
	return order.has(version) ? version : null;
}
