/** Storage type of a field; `int`, `long`, `text` and `truth` are nullable, floats are absent as NaN (design rule 5). */
export type FieldType = 'float32' | 'float64' | 'int' | 'long' | 'text' | 'truth';

/** A survey's own field: its name as the survey writes it, the path in the packet, unit and meaning. */
export interface SurveyField {
	/** camelCase or the survey's own spelling; `ztf.drb` in the filter language and JSON. */
	readonly name: string;
	/** Where the value stands in the raw packet: `candidate.drb`. */
	readonly from: string;
	readonly type: FieldType;
	/** VOUnits string, or '' for none. */
	readonly unit: string;
	readonly meaning: string;
	/** Numbers and truths of one group stand together in arrays of the store; '' = a column of its own. */
	readonly group: string;
}

/** A core field, common to all surveys. */
export interface CoreField {
	readonly name: string;
	readonly type: FieldType | 'id' | 'date';
	readonly unit: string;
	readonly meaning: string;
	/** UCD 1+ word of the IVOA, where one fits. */
	readonly ucd?: string;
	/** What Nightjar computes it by; absent of what it takes over from the packet or knows of its arrival. */
	readonly formula?: string;
	/** The core field that names what made the value, with its version. */
	readonly madeBy?: 'reliabilityModel' | 'classModel';
}

/** Column of a field: snake_case, prefixed with the survey (`psfFlux_flag` of lsst gives `lsst_psf_flux_flag`). */
export function columnName(field: string, survey?: string): string {
	const snake = field
		.replace(/([a-z0-9])([A-Z])/g, '$1_$2')
		.replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
		.toLowerCase();
	return survey === undefined ? snake : `${survey}_${snake}`;
}

/** Anchor of a field on the page of the catalogue, `/docs`. */
export function fieldAnchor(name: string): string {
	return `field-${name}`;
}

/** Core fields of an alert in the order in which tables and files show them. */
export const CORE_FIELDS: readonly CoreField[] = [
	{ name: 'survey', type: 'text', unit: '', meaning: 'Survey that issued the alert', ucd: 'meta.id.part' },
	{ name: 'alertId', type: 'id', unit: '', meaning: "The survey's 64-bit id of the alert", ucd: 'meta.id;meta.main' },
	{ name: 'objectId', type: 'text', unit: '', meaning: 'Object the alert belongs to', ucd: 'meta.id.assoc' },
	{ name: 'programme', type: 'text', unit: '', meaning: 'Programme whose data rights apply' },
	{
		name: 'origin',
		type: 'text',
		unit: '',
		meaning: 'real, test (a simulation by the survey) or simulated (by Nightjar)',
	},
	{ name: 'schemaVersion', type: 'text', unit: '', meaning: 'Version of the packet schema' },
	{
		name: 'night',
		type: 'date',
		unit: '',
		meaning: 'Night of observation, UTC date less the offset of the observatory',
		ucd: 'time.epoch',
		formula: 'UTC date of (mjd - offset of the observatory); 12 h for Rubin, DECam and ELAsTiCC, 0 h for the others',
	},
	{
		name: 'mjd',
		type: 'float64',
		unit: 'd',
		meaning: 'Middle of the exposure, MJD in TAI',
		ucd: 'time.epoch;obs.exposure',
		formula:
			'TAI of (start in UTC + exposureSeconds / 2), with 30 s where the packet has no exposure time; as sent where the survey gives the middle in TAI',
	},
	{
		name: 'timeReceived',
		type: 'float64',
		unit: 'd',
		meaning: 'Time as the packet gives it (ZTF: JD UTC at the start; Rubin: MJD TAI at the middle)',
	},
	{
		name: 'exposureSeconds',
		type: 'float32',
		unit: 's',
		meaning: 'Exposure time, where the packet has it',
		ucd: 'time.duration;obs.exposure',
	},
	{
		name: 'exposureAssumed',
		type: 'truth',
		unit: '',
		meaning: 'The exposure time was absent and taken as 30 s for the middle of the exposure',
	},
	{ name: 'ra', type: 'float64', unit: 'deg', meaning: 'Right ascension, ICRS', ucd: 'pos.eq.ra;meta.main' },
	{ name: 'dec', type: 'float64', unit: 'deg', meaning: 'Declination, ICRS', ucd: 'pos.eq.dec;meta.main' },
	{
		name: 'hpx29',
		type: 'id',
		unit: '',
		meaning: 'HEALPix pixel of the position, nested, order 29',
		ucd: 'pos.healpix',
		formula: 'HEALPix (Gorski et al. 2005), nested, nside = 2^29, of ra and dec',
	},
	{
		name: 'galacticLat',
		type: 'float32',
		unit: 'deg',
		meaning: 'Galactic latitude',
		ucd: 'pos.galactic.lat',
		formula: 'ra and dec turned by the matrix of ESA SP-1200, vol. 1, eq. 1.5.11',
	},
	{
		name: 'galacticLon',
		type: 'float32',
		unit: 'deg',
		meaning: 'Galactic longitude',
		ucd: 'pos.galactic.lon',
		formula: 'ra and dec turned by the matrix of ESA SP-1200, vol. 1, eq. 1.5.11',
	},
	{
		name: 'eclipticLat',
		type: 'float32',
		unit: 'deg',
		meaning: 'Ecliptic latitude (J2000)',
		ucd: 'pos.ecliptic.lat',
		formula: 'ra and dec turned by the mean obliquity at J2000.0, 84381.406 arcsec (IAU 2006)',
	},
	{ name: 'band', type: 'text', unit: '', meaning: 'Band of the exposure', ucd: 'instr.bandpass' },
	{
		name: 'psfFlux',
		type: 'float32',
		unit: 'nJy',
		meaning: 'PSF flux on the difference image, signed',
		ucd: 'phot.flux.density',
		formula:
			'10^((31.4 - mag) / 2.5), below 0 where positive is false, with mag in AB; as sent, in nJy, where the survey gives fluxes',
	},
	{
		name: 'psfFluxErr',
		type: 'float32',
		unit: 'nJy',
		meaning: '1 sigma error of psfFlux',
		ucd: 'stat.error;phot.flux.density',
		formula: '|psfFlux| magErr ln(10) / 2.5; as sent where the survey gives fluxes',
	},
	{
		name: 'mag',
		type: 'float32',
		unit: 'mag',
		meaning: 'AB magnitude of |psfFlux|; see positive',
		ucd: 'phot.mag',
		formula: '31.4 - 2.5 log10 |psfFlux|; as sent where the survey gives magnitudes',
	},
	{
		name: 'magErr',
		type: 'float32',
		unit: 'mag',
		meaning: '1 sigma error of mag',
		ucd: 'stat.error;phot.mag',
		formula: '2.5 / ln(10) psfFluxErr / |psfFlux|; as sent where the survey gives magnitudes',
	},
	{
		name: 'limitMag',
		type: 'float32',
		unit: 'mag',
		meaning: '5 sigma limit of the difference image',
		ucd: 'phot.mag;stat.max',
		formula: '31.4 - 2.5 log10 (5 psfFluxErr); as sent where the survey gives it',
	},
	{
		name: 'snr',
		type: 'float32',
		unit: '',
		meaning: 'Signal to noise: |psfFlux| / psfFluxErr, or as the survey gives it',
		ucd: 'stat.snr',
		formula: '|psfFlux| / psfFluxErr; as sent where the survey gives it',
	},
	{
		name: 'positive',
		type: 'truth',
		unit: '',
		meaning: 'The source is brighter than in the template',
		formula: 'psfFlux > 0; as sent where the survey gives magnitudes',
	},
	{
		name: 'reliability',
		type: 'float32',
		unit: '',
		meaning: "The survey's own real/bogus score, 0 to 1 (ZTF drb, Rubin reliability)",
		ucd: 'stat.likelihood',
		madeBy: 'reliabilityModel',
	},
	{ name: 'reliabilityModel', type: 'text', unit: '', meaning: 'What made the reliability' },
	{
		name: 'starScore',
		type: 'float32',
		unit: '',
		meaning: 'Star/galaxy score of the nearest catalogued source in the packet, 1 = star',
	},
	{
		name: 'starSepArcsec',
		type: 'float32',
		unit: 'arcsec',
		meaning: 'Distance to that source',
		ucd: 'pos.angDistance',
	},
	{
		name: 'nDetections',
		type: 'int',
		unit: '',
		meaning: 'Detections of the object so far, by the survey',
		ucd: 'meta.number',
	},
	{
		name: 'firstMjd',
		type: 'float64',
		unit: 'd',
		meaning: 'First detection known to the survey, MJD in TAI',
		ucd: 'time.start',
		formula:
			'what the survey states, where that is a start in UTC 15 s later in TAI, and never after mjd; else the earliest detection in the packet',
	},
	{ name: 'age', type: 'float32', unit: 'd', meaning: 'mjd - firstMjd', formula: 'mjd - firstMjd' },
	{
		name: 'ssoName',
		type: 'text',
		unit: '',
		meaning: 'Solar system object that the survey associates (within 5 arcsec)',
	},
	{
		name: 'class',
		type: 'text',
		unit: '',
		meaning: 'Class at ingest; empty = unclassified',
		ucd: 'src.class',
		formula:
			'the first that knows one: sso where ssoName is present; bogus where reliability < 0.2; the light-curve network, unless it calls the curve unlike all it knows; the stamp network; star where starScore >= 0.5 within 1.5 arcsec. A network needs a probability of 0.5, and its bogus counts only where reliability is absent or below 0.5',
		madeBy: 'classModel',
	},
	{
		name: 'classScore',
		type: 'float32',
		unit: '',
		meaning: 'Probability of class',
		ucd: 'stat.probability;src.class',
		formula:
			'of a network the sum of its probabilities for the class; 1 - reliability for bogus and starScore for star by rule; absent for sso by rule',
		madeBy: 'classModel',
	},
	{ name: 'classModel', type: 'text', unit: '', meaning: 'What made the class, with version' },
	{ name: 'featureVersion', type: 'text', unit: '', meaning: 'Version of the formulas of the features' },
	{
		name: 'featureReason',
		type: 'text',
		unit: '',
		meaning: 'Why the features are absent, where they could not be computed',
	},
	{ name: 'late', type: 'truth', unit: '', meaning: 'Arrived after its night was closed' },
	{ name: 'receivedAt', type: 'text', unit: '', meaning: 'When Nightjar received the packet, UTC' },
	{ name: 'knownAt', type: 'text', unit: '', meaning: 'When its batch was opened, UTC' },
];
