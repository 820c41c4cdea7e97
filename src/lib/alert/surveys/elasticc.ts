import { fieldTable } from '../fieldTable.ts';
import type { Survey } from '../survey.ts';

const diaSource = fieldTable(
	'diaSource',
	{ group: 'diaSource' },
	`
	diaSourceId long - Id of the detection, equal to the alert id
	ccdVisitId long - Id of the exposure and detector
	diaObjectId long - Id of the object
	parentDiaSourceId long - Id of the source it was deblended from
	midPointTai float64 d Middle of the exposure, MJD in TAI
	filterName text - Band as sent
	ra float64 deg Right ascension
	decl float64 deg Declination
	psFlux float32 - PSF flux as sent, AB zero point 27.5
	psFluxErr float32 - 1 sigma error of psFlux
	snr float32 - Signal to noise
	nobs float32 - Number of observations
`,
);

const diaObject = fieldTable(
	'diaObject',
	{ group: 'diaObject' },
	`
	simVersion text - Version of the simulation
	mwebv float32 mag Milky Way E(B-V)
	mwebv_err float32 mag 1 sigma error of mwebv
	z_final float32 - Best heliocentric redshift of the host
	z_final_err float32 - 1 sigma error of z_final
	hostgal_ellipticity float32 - Ellipticity of the nearest host
	hostgal_sqradius float32 - Squared radius of the nearest host
	hostgal_zspec float32 - Spectroscopic redshift of the nearest host
	hostgal_zspec_err float32 - 1 sigma error of hostgal_zspec
	hostgal_zphot float32 - Photometric redshift of the nearest host
	hostgal_zphot_err float32 - 1 sigma error of hostgal_zphot
	hostgal_zphot_q000 float32 - Redshift at the 0 % quantile for the nearest host
	hostgal_zphot_q010 float32 - Redshift at the 10 % quantile for the nearest host
	hostgal_zphot_q020 float32 - Redshift at the 20 % quantile for the nearest host
	hostgal_zphot_q030 float32 - Redshift at the 30 % quantile for the nearest host
	hostgal_zphot_q040 float32 - Redshift at the 40 % quantile for the nearest host
	hostgal_zphot_q050 float32 - Redshift at the 50 % quantile for the nearest host
	hostgal_zphot_q060 float32 - Redshift at the 60 % quantile for the nearest host
	hostgal_zphot_q070 float32 - Redshift at the 70 % quantile for the nearest host
	hostgal_zphot_q080 float32 - Redshift at the 80 % quantile for the nearest host
	hostgal_zphot_q090 float32 - Redshift at the 90 % quantile for the nearest host
	hostgal_zphot_q100 float32 - Redshift at the 100 % quantile for the nearest host
	hostgal_mag_u float32 mag u magnitude of the nearest host
	hostgal_mag_g float32 mag g magnitude of the nearest host
	hostgal_mag_r float32 mag r magnitude of the nearest host
	hostgal_mag_i float32 mag i magnitude of the nearest host
	hostgal_mag_z float32 mag z magnitude of the nearest host
	hostgal_mag_Y float32 mag Y magnitude of the nearest host
	hostgal_magerr_u float32 mag 1 sigma error of hostgal_mag_u
	hostgal_magerr_g float32 mag 1 sigma error of hostgal_mag_g
	hostgal_magerr_r float32 mag 1 sigma error of hostgal_mag_r
	hostgal_magerr_i float32 mag 1 sigma error of hostgal_mag_i
	hostgal_magerr_z float32 mag 1 sigma error of hostgal_mag_z
	hostgal_magerr_Y float32 mag 1 sigma error of hostgal_mag_Y
	hostgal_ra float32 deg Right ascension of the nearest host
	hostgal_dec float32 deg Declination of the nearest host
	hostgal_snsep float32 arcsec Distance of the nearest host
	hostgal2_ellipticity float32 - Ellipticity of the second host
	hostgal2_sqradius float32 - Squared radius of the second host
	hostgal2_zspec float32 - Spectroscopic redshift of the second host
	hostgal2_zspec_err float32 - 1 sigma error of hostgal2_zspec
	hostgal2_zphot float32 - Photometric redshift of the second host
	hostgal2_zphot_err float32 - 1 sigma error of hostgal2_zphot
	hostgal2_zphot_q000 float32 - Redshift at the 0 % quantile for the second host
	hostgal2_zphot_q010 float32 - Redshift at the 10 % quantile for the second host
	hostgal2_zphot_q020 float32 - Redshift at the 20 % quantile for the second host
	hostgal2_zphot_q030 float32 - Redshift at the 30 % quantile for the second host
	hostgal2_zphot_q040 float32 - Redshift at the 40 % quantile for the second host
	hostgal2_zphot_q050 float32 - Redshift at the 50 % quantile for the second host
	hostgal2_zphot_q060 float32 - Redshift at the 60 % quantile for the second host
	hostgal2_zphot_q070 float32 - Redshift at the 70 % quantile for the second host
	hostgal2_zphot_q080 float32 - Redshift at the 80 % quantile for the second host
	hostgal2_zphot_q090 float32 - Redshift at the 90 % quantile for the second host
	hostgal2_zphot_q100 float32 - Redshift at the 100 % quantile for the second host
	hostgal2_mag_u float32 mag u magnitude of the second host
	hostgal2_mag_g float32 mag g magnitude of the second host
	hostgal2_mag_r float32 mag r magnitude of the second host
	hostgal2_mag_i float32 mag i magnitude of the second host
	hostgal2_mag_z float32 mag z magnitude of the second host
	hostgal2_mag_Y float32 mag Y magnitude of the second host
	hostgal2_magerr_u float32 mag 1 sigma error of hostgal2_mag_u
	hostgal2_magerr_g float32 mag 1 sigma error of hostgal2_mag_g
	hostgal2_magerr_r float32 mag 1 sigma error of hostgal2_mag_r
	hostgal2_magerr_i float32 mag 1 sigma error of hostgal2_mag_i
	hostgal2_magerr_z float32 mag 1 sigma error of hostgal2_mag_z
	hostgal2_magerr_Y float32 mag 1 sigma error of hostgal2_mag_Y
	hostgal2_ra float32 deg Right ascension of the second host
	hostgal2_dec float32 deg Declination of the second host
	hostgal2_snsep float32 arcsec Distance of the second host
`,
);

/** ELAsTiCC, the LSST DESC's simulated alert stream: always of origin test. */
export const elasticc: Survey = {
	name: 'elasticc',
	label: 'ELAsTiCC',
	mark: 'diamond',
	nightOffsetHours: 12,
	observatory: null,
	programmes: [{ name: 'public', label: 'simulated stream', public: true }],
	fixedOrigin: 'test',
	positionErrArcsec: 0.1,
	bands: ['u', 'g', 'r', 'i', 'z', 'Y'],
	objectIdPattern: /^\d{3,19}$/,
	cutout: { pixels: 0, arcsecPerPixel: 0.2, unit: 'nJy' },
	fields: [...diaSource, ...diaObject],
};
