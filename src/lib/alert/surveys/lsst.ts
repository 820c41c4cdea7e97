import type { Flux } from '#lib/astro/photometry.ts';
import { fieldTable } from '../fieldTable.ts';
import type { PointFields, Survey } from '../survey.ts';

const packet = fieldTable(
	'',
	{ group: '' },
	`
	observation_reason text - Why the scheduler took the exposure
	target_name text - What the scheduler pointed at
`,
);

const diaSource = fieldTable(
	'diaSource',
	{
		group: 'diaSource',
		columns:
			'snr psfFlux psfFluxErr apFlux apFluxErr psfChi2 psfNdata trailLength dipoleLength scienceFlux scienceFluxErr templateFlux ' +
			'templateFluxErr forced_PsfFlux_flag extendedness reliability isDipole isNegative',
	},
	`
	diaSourceId long - Id of the detection, equal to the alert id
	visit long - Id of the visit
	detector int - Number of the detector
	diaObjectId long - Id of the object it was assigned to
	ssObjectId long - Id of the solar system object it was assigned to
	parentDiaSourceId long - Id of the source it was deblended from
	midpointMjdTai float64 d Middle of the exposure, MJD in TAI
	ra float64 deg Right ascension
	raErr float32 deg 1 sigma error of ra
	dec float64 deg Declination
	decErr float32 deg 1 sigma error of dec
	ra_dec_Cov float32 deg**2 Covariance of ra and dec
	x float32 pixel Position on the image, x
	xErr float32 pixel 1 sigma error of x
	y float32 pixel Position on the image, y
	yErr float32 pixel 1 sigma error of y
	centroid_flag truth - The centroid failed
	apFlux float32 nJy Flux in an aperture of 12 pixels radius on the difference image
	apFluxErr float32 nJy 1 sigma error of apFlux
	apFlux_flag truth - The aperture flux failed
	apFlux_flag_apertureTruncated truth - The aperture reached beyond the image
	isNegative truth - Found as a negative source
	snr float32 - Signal to noise of the detection
	psfFlux float32 nJy PSF flux on the difference image, signed
	psfFluxErr float32 nJy 1 sigma error of psfFlux
	psfLnL float32 - Log likelihood of the PSF fit
	psfChi2 float32 - Chi-square of the PSF fit
	psfNdata int - Pixels in the PSF fit
	psfFlux_flag truth - The PSF fit failed
	psfFlux_flag_edge truth - Too close to the edge for the full PSF
	psfFlux_flag_noGoodPixels truth - Too few good pixels for the PSF fit
	trailFlux float32 nJy Flux of the trail model
	trailFluxErr float32 nJy 1 sigma error of trailFlux
	trailRa float64 deg Right ascension of the trail's centre
	trailRaErr float32 deg 1 sigma error of trailRa
	trailDec float64 deg Declination of the trail's centre
	trailDecErr float32 deg 1 sigma error of trailDec
	trailLength float32 arcsec Length of the trail
	trailLengthErr float32 arcsec 1 sigma error of trailLength
	trailAngle float32 deg Bearing of the trail from north
	trailAngleErr float32 deg 1 sigma error of trailAngle
	trailChi2 float32 - Chi-square of the trail fit
	trailNdata int - Pixels in the trail fit
	trail_flag_edge truth - The trail reaches the edge of the image
	dipoleMeanFlux float32 nJy Mean absolute flux of the lobes of the dipole model
	dipoleMeanFluxErr float32 nJy 1 sigma error of dipoleMeanFlux
	dipoleFluxDiff float32 nJy Difference of the absolute fluxes of the lobes
	dipoleFluxDiffErr float32 nJy 1 sigma error of dipoleFluxDiff
	dipoleLength float32 arcsec Distance of the lobes
	dipoleAngle float32 deg Bearing of the dipole, negative to positive lobe
	dipoleChi2 float32 - Chi-square of the dipole fit
	dipoleNdata int - Pixels in the dipole fit
	scienceFlux float32 nJy Forced PSF flux on the science image
	scienceFluxErr float32 nJy 1 sigma error of scienceFlux
	forced_PsfFlux_flag truth - The forced PSF flux failed
	forced_PsfFlux_flag_edge truth - Too close to the edge for the forced PSF flux
	forced_PsfFlux_flag_noGoodPixels truth - Too few good pixels for the forced PSF flux
	templateFlux float32 nJy Forced PSF flux on the template
	templateFluxErr float32 nJy 1 sigma error of templateFlux
	ixx float32 arcsec**2 Second moment of the source, xx
	iyy float32 arcsec**2 Second moment of the source, yy
	ixy float32 arcsec**2 Second moment of the source, xy
	ixxPSF float32 arcsec**2 Second moment of the PSF, xx
	iyyPSF float32 arcsec**2 Second moment of the PSF, yy
	ixyPSF float32 arcsec**2 Second moment of the PSF, xy
	shape_flag truth - The shape failed
	shape_flag_no_pixels truth - No pixels for the shape
	shape_flag_not_contained truth - Centre outside the footprint's box
	shape_flag_parent_source truth - A source with deblended children
	extendedness float32 - 0 = point-like, 1 = extended
	reliability float32 - Rubin's real/bogus score, as sent
	band text - Band as sent
	isDipole truth - Well fitted by a dipole
	dipoleFitAttempted truth - A dipole was tried
	timeProcessedMjdTai float64 d When the detection was made, MJD in TAI
	timeWithdrawnMjdTai float64 d When it was withdrawn, MJD in TAI
	bboxSize int pixel Side of the square box around the footprint
	pixelFlags truth - The pixel flags failed
	pixelFlags_bad truth - Bad pixel in the footprint
	pixelFlags_cr truth - Cosmic ray in the footprint
	pixelFlags_crCenter truth - Cosmic ray at the centre
	pixelFlags_edge truth - Footprint reaches the edge of the usable image
	pixelFlags_nodata truth - Pixel without data in the footprint
	pixelFlags_nodataCenter truth - Pixel without data at the centre
	pixelFlags_interpolated truth - Interpolated pixel in the footprint
	pixelFlags_interpolatedCenter truth - Interpolated pixel at the centre
	pixelFlags_offimage truth - Centre off the image
	pixelFlags_saturated truth - Saturated pixel in the footprint
	pixelFlags_saturatedCenter truth - Saturated pixel at the centre
	pixelFlags_suspect truth - Suspect pixel in the footprint
	pixelFlags_suspectCenter truth - Suspect pixel at the centre
	pixelFlags_streak truth - Streak in the footprint
	pixelFlags_streakCenter truth - Streak at the centre
	pixelFlags_injected truth - Injected source in the footprint
	pixelFlags_injectedCenter truth - Injected source at the centre
	pixelFlags_injected_template truth - Source injected into the template in the footprint
	pixelFlags_injected_templateCenter truth - Source injected into the template at the centre
	glint_trail truth - Part of a trail of glints
`,
);

const diaObject = fieldTable(
	'diaObject',
	{ group: 'diaObject', columns: 'nDiaSources firstDiaSourceMjdTai lastDiaSourceMjdTai' },
	`
	nDiaSources int - Detections of the object
	firstDiaSourceMjdTai float64 d First detection of the object, MJD in TAI
	lastDiaSourceMjdTai float64 d Last detection of the object, MJD in TAI
	objectRa=ra float64 deg Right ascension of the object
	objectDec=dec float64 deg Declination of the object
	u_psfFluxMean float32 nJy Weighted mean of the u fluxes
	u_psfFluxMeanErr float32 nJy Standard error of u_psfFluxMean
	u_psfFluxSigma float32 nJy Standard deviation of the u fluxes
	u_psfFluxNdata int - Number of u detections
	u_psfFluxMin float32 nJy Smallest u flux
	u_psfFluxMax float32 nJy Greatest u flux
	u_fpFluxMean float32 nJy Weighted mean of the forced u fluxes
	u_scienceFluxMean float32 nJy Weighted mean of the u fluxes on the science images
	g_psfFluxMean float32 nJy Weighted mean of the g fluxes
	g_psfFluxMeanErr float32 nJy Standard error of g_psfFluxMean
	g_psfFluxSigma float32 nJy Standard deviation of the g fluxes
	g_psfFluxNdata int - Number of g detections
	g_psfFluxMin float32 nJy Smallest g flux
	g_psfFluxMax float32 nJy Greatest g flux
	g_fpFluxMean float32 nJy Weighted mean of the forced g fluxes
	g_scienceFluxMean float32 nJy Weighted mean of the g fluxes on the science images
	r_psfFluxMean float32 nJy Weighted mean of the r fluxes
	r_psfFluxMeanErr float32 nJy Standard error of r_psfFluxMean
	r_psfFluxSigma float32 nJy Standard deviation of the r fluxes
	r_psfFluxNdata int - Number of r detections
	r_psfFluxMin float32 nJy Smallest r flux
	r_psfFluxMax float32 nJy Greatest r flux
	r_fpFluxMean float32 nJy Weighted mean of the forced r fluxes
	r_scienceFluxMean float32 nJy Weighted mean of the r fluxes on the science images
	i_psfFluxMean float32 nJy Weighted mean of the i fluxes
	i_psfFluxMeanErr float32 nJy Standard error of i_psfFluxMean
	i_psfFluxSigma float32 nJy Standard deviation of the i fluxes
	i_psfFluxNdata int - Number of i detections
	i_psfFluxMin float32 nJy Smallest i flux
	i_psfFluxMax float32 nJy Greatest i flux
	i_fpFluxMean float32 nJy Weighted mean of the forced i fluxes
	i_scienceFluxMean float32 nJy Weighted mean of the i fluxes on the science images
	z_psfFluxMean float32 nJy Weighted mean of the z fluxes
	z_psfFluxMeanErr float32 nJy Standard error of z_psfFluxMean
	z_psfFluxSigma float32 nJy Standard deviation of the z fluxes
	z_psfFluxNdata int - Number of z detections
	z_psfFluxMin float32 nJy Smallest z flux
	z_psfFluxMax float32 nJy Greatest z flux
	z_fpFluxMean float32 nJy Weighted mean of the forced z fluxes
	z_scienceFluxMean float32 nJy Weighted mean of the z fluxes on the science images
	y_psfFluxMean float32 nJy Weighted mean of the y fluxes
	y_psfFluxMeanErr float32 nJy Standard error of y_psfFluxMean
	y_psfFluxSigma float32 nJy Standard deviation of the y fluxes
	y_psfFluxNdata int - Number of y detections
	y_psfFluxMin float32 nJy Smallest y flux
	y_psfFluxMax float32 nJy Greatest y flux
	y_fpFluxMean float32 nJy Weighted mean of the forced y fluxes
	y_scienceFluxMean float32 nJy Weighted mean of the y fluxes on the science images
`,
);

const ssSource = fieldTable(
	'ssSource',
	{ group: 'ssSource' },
	`
	ssDesignation=designation text - Provisional designation of the solar system object
	eclLambda float64 deg Ecliptic longitude
	eclBeta float64 deg Ecliptic latitude
	galLon float64 deg Galactic longitude
	galLat float64 deg Galactic latitude
	elongation float32 deg Angle from the Sun
	phaseAngle float32 deg Angle Sun - object - observer
	topoRange float32 au Distance from the observer
	topoRangeRate float32 km.s**-1 Radial velocity from the observer, positive = away
	helioRange float32 au Distance from the Sun
	helioRangeRate float32 km.s**-1 Radial velocity from the Sun, positive = away
	ephRa float64 deg Predicted right ascension
	ephDec float64 deg Predicted declination
	ephVmag float32 mag Predicted V magnitude
	ephRate float32 deg.d**-1 Predicted motion
	ephRateRa float32 deg.d**-1 Predicted motion in right ascension, times cos(dec)
	ephRateDec float32 deg.d**-1 Predicted motion in declination
	ephOffset float32 arcsec Distance of the detection from the prediction
	ephOffsetRa float64 arcsec The same in right ascension, times cos(dec)
	ephOffsetDec float64 arcsec The same in declination
	ephOffsetAlongTrack float32 arcsec The same along the track
	ephOffsetCrossTrack float32 arcsec The same across the track
	helio_vtot float32 km.s**-1 Speed relative to the Sun
	topo_vtot float32 km.s**-1 Speed relative to the observer
	diaDistanceRank int - Rank of the detection by distance from the prediction, 1 = nearest
`,
);

const orbit = fieldTable(
	'mpc_orbits',
	{ group: 'orbit' },
	`
	orbitDesignation=designation text - Designation in the orbit catalogue of the MPC
	orbitA=a float64 au Semi-major axis
	orbitQ=q float64 au Perihelion distance
	orbitE=e float64 - Eccentricity
	orbitIncl=i float64 deg Inclination
	orbitNode=node float64 deg Longitude of the ascending node
	orbitArgPeri=argperi float64 deg Argument of perihelion
	orbitMeanAnomaly=mean_anomaly float64 deg Mean anomaly at the epoch
	orbitEpochMjd=epoch_mjd float64 d Epoch of the orbit, MJD
	orbitH=h float64 mag Absolute magnitude
	orbitG=g float64 - Slope parameter
	orbitTypeInt=orbit_type_int int - Type of orbit, number of the MPC
	orbitArcLength=arc_length_total float64 d Time spanned by the observations
	orbitObservations=nobs_total int - Number of observations
	orbitEarthMoid=earth_moid float64 au Least distance between this orbit and the Earth's
`,
);

const POINT_FLAGS = [
	'centroid_flag',
	'psfFlux_flag',
	'psfFlux_flag_edge',
	'psfFlux_flag_noGoodPixels',
	'pixelFlags_bad',
	'pixelFlags_edge',
	'pixelFlags_crCenter',
	'pixelFlags_interpolatedCenter',
	'pixelFlags_nodataCenter',
	'pixelFlags_saturatedCenter',
	'pixelFlags_streakCenter',
	'pixelFlags_suspectCenter',
] as const;

/** PSF fluxes at the position, forced on both images; none where that fit failed. */
const point: PointFields = {
	names: ['templateFlux', 'templateFluxErr', 'scienceFlux', 'scienceFluxErr', 'forced_PsfFlux_flag', ...POINT_FLAGS],
	images: ({ number, truth }) => {
		const light = (name: string): Flux | null => {
			const [flux, err] = [number(name), number(`${name}Err`)];
			return Number.isFinite(flux) && err >= 0 ? { flux, err } : null;
		};
		return {
			template: light('templateFlux'),
			science: truth('forced_PsfFlux_flag') ? null : light('scienceFlux'),
		};
	},
	flags: ({ truth }) => POINT_FLAGS.filter(truth),
};

/** Legacy Survey of Space and Time, Rubin Observatory. Field meanings follow the public alert schema v10. */
export const lsst: Survey = {
	name: 'lsst',
	label: 'Rubin',
	mark: 'square',
	nightOffsetHours: 12,
	observatory: { name: 'Rubin', longitude: -70.7494, latitude: -30.2446, elevationM: 2663 },
	programmes: [{ name: 'public', label: 'alert stream', public: true }],
	fixedOrigin: null,
	positionErrArcsec: 0.1,
	bands: ['u', 'g', 'r', 'i', 'z', 'y'],
	objectIdPattern: /^(?:\d{6,19}|sso.+)$/,
	cutout: { pixels: 30, arcsecPerPixel: 0.2, unit: 'nJy' },
	point,
	fields: [...packet, ...diaSource, ...diaObject, ...ssSource, ...orbit],
};
