import { fluxErrFromMag, fluxFromMag } from '#lib/astro/photometry.ts';
import { fieldTable } from '../fieldTable.ts';
import type { PointFields, Survey } from '../survey.ts';

const candidate = fieldTable(
	'candidate',
	{
		group: 'candidate',
		columns:
			'jd fid programid diffmaglim nid field magpsf sigmapsf chipsf magap sigmagap distnr magnr sigmagnr chinr sharpnr magdiff fwhm ' +
			'classtar mindtoedge elong nneg nbad rb ssdistnr ssmagnr sgmag1 srmag1 simag1 szmag1 sgscore1 distpsnr1 ndethist ncovhist ' +
			'jdstarthist jdendhist scorr sgscore2 distpsnr2 sgscore3 distpsnr3 nmtchps neargaia neargaiabright maggaia maggaiabright ' +
			'exptime drb',
	},
	`
	jd float64 d Start of the exposure, JD in UTC
	fid int - Filter number: 1 = g, 2 = r, 3 = i
	pid long - Number of the processed science image
	diffmaglim float32 mag Magnitude that noise alone reaches at 5 sigma on the difference image
	pdiffimfilename text - File of the difference image (science minus reference)
	programpi text - Who leads the programme
	programid int - Programme: 1 = public, 2 = partnership, 3 = Caltech
	candid long - Number of the detection, equal to the alert id
	isdiffpos text - t or 1: brighter than the reference; f or 0: fainter
	tblid long - Row in the table of extracted sources
	nid int - Number of the night
	rcid int - Readout channel, 0 to 63
	field int - Number of the sky field
	xpos float32 pixel Position on the image, x
	ypos float32 pixel Position on the image, y
	ra float64 deg Right ascension as sent
	dec float64 deg Declination as sent
	magpsf float32 mag Magnitude from the PSF fit on the difference image
	sigmapsf float32 mag 1 sigma error of magpsf
	chipsf float32 - Reduced chi-square of the PSF fit
	magap float32 mag Magnitude in an aperture of 14 pixels
	sigmagap float32 mag 1 sigma error of magap
	distnr float32 pixel Distance to the nearest source of the reference image
	magnr float32 mag Magnitude of that source
	sigmagnr float32 mag 1 sigma error of magnr
	chinr float32 - DAOPHOT chi of that source
	sharpnr float32 - DAOPHOT sharpness of that source
	sky float32 adu Local background
	magdiff float32 mag magap - magpsf
	fwhm float32 pixel Full width at half maximum, Gaussian core
	classtar float32 - SExtractor's star/galaxy score, 1 = star
	mindtoedge float32 pixel Distance to the nearest edge of the image
	magfromlim float32 mag diffmaglim - magap
	seeratio float32 - Width of the difference PSF over fwhm
	aimage float32 pixel RMS size along the major axis
	bimage float32 pixel RMS size along the minor axis
	aimagerat float32 - aimage / fwhm
	bimagerat float32 - bimage / fwhm
	elong float32 - aimage / bimage
	nneg int - Negative pixels within 5 x 5
	nbad int - Bad pixels within 5 x 5
	rb float32 - Real/bogus score of the random forest, 1 = real
	ssdistnr float32 arcsec Distance to the nearest known solar system object, within 30 arcsec
	ssmagnr float32 mag Predicted magnitude of that object
	ssnamenr text - Name of that object
	sumrat float32 - Sum of pixels over sum of their absolute values, within 5 x 5
	magapbig float32 mag Magnitude in an aperture of 18 pixels
	sigmagapbig float32 mag 1 sigma error of magapbig
	ranr float64 deg Right ascension of the nearest reference source
	decnr float64 deg Declination of the nearest reference source
	sgmag1 float32 mag PS1 g magnitude of the closest PS1 source
	srmag1 float32 mag PS1 r magnitude of the closest PS1 source
	simag1 float32 mag PS1 i magnitude of the closest PS1 source
	szmag1 float32 mag PS1 z magnitude of the closest PS1 source
	sgscore1 float32 - Star/galaxy score of the closest PS1 source, 1 = star, 0.5 = not known
	distpsnr1 float32 arcsec Distance to the closest PS1 source
	ndethist int - Detections within 1.5 arcsec since the survey began
	ncovhist int - Exposures that covered the position since the survey began
	jdstarthist float64 d First of the ndethist detections, JD in UTC
	jdendhist float64 d Last of the ndethist detections, JD in UTC
	scorr float64 - Peak signal to noise on the matched-filtered difference image
	tooflag int - 1 = target-of-opportunity exposure
	objectidps1 long - PS1 id of the closest PS1 source
	objectidps2 long - PS1 id of the second closest PS1 source
	sgmag2 float32 mag PS1 g magnitude of the second closest PS1 source
	srmag2 float32 mag PS1 r magnitude of the second closest PS1 source
	simag2 float32 mag PS1 i magnitude of the second closest PS1 source
	szmag2 float32 mag PS1 z magnitude of the second closest PS1 source
	sgscore2 float32 - Star/galaxy score of the second closest PS1 source
	distpsnr2 float32 arcsec Distance to the second closest PS1 source
	objectidps3 long - PS1 id of the third closest PS1 source
	sgmag3 float32 mag PS1 g magnitude of the third closest PS1 source
	srmag3 float32 mag PS1 r magnitude of the third closest PS1 source
	simag3 float32 mag PS1 i magnitude of the third closest PS1 source
	szmag3 float32 mag PS1 z magnitude of the third closest PS1 source
	sgscore3 float32 - Star/galaxy score of the third closest PS1 source
	distpsnr3 float32 arcsec Distance to the third closest PS1 source
	nmtchps int - PS1 sources within 30 arcsec
	rfid long - Number of the reference image
	jdstartref float64 d First exposure in the reference image, JD in UTC
	jdendref float64 d Last exposure in the reference image, JD in UTC
	nframesref int - Exposures in the reference image
	rbversion text - Version of the random forest behind rb
	dsnrms float32 - Difference image at the position over its standard deviation
	ssnrms float32 - The same after convolution with the PSF
	dsdiff float32 - dsnrms - ssnrms
	magzpsci float32 mag Zero point of the science image
	magzpsciunc float32 mag 1 sigma error of magzpsci
	magzpscirms float32 mag Scatter of the calibrators about the zero point
	nmatches int - PS1 calibrators used
	clrcoeff float32 - Colour coefficient of the calibration
	clrcounc float32 - 1 sigma error of clrcoeff
	zpclrcov float32 mag**2 Covariance of magzpsci and clrcoeff
	zpmed float32 mag Zero point as the median over the calibrators
	clrmed float32 mag Median PS1 colour of the calibrators
	clrrms float32 mag Scatter of the PS1 colour of the calibrators
	neargaia float32 arcsec Distance to the nearest Gaia DR1 source
	neargaiabright float32 arcsec Distance to the nearest Gaia DR1 source brighter than 14 mag
	maggaia float32 mag G magnitude of the nearest Gaia DR1 source
	maggaiabright float32 mag G magnitude of the nearest Gaia DR1 source brighter than 14 mag
	exptime float32 s Exposure time
	drb float32 - Real/bogus score of the neural network, 1 = real
	drbversion text - Version of the network behind drb
`,
);

/** A source of the reference image so near is the alert's own (ALeRCE's correction; distnr as sent, a pixel is 1.01 arcsec). */
export const SAME_SOURCE_DISTNR = 1.4;

/** The nearest source of the reference image is the template's light, where it is near enough to be the same source. */
const point: PointFields = {
	names: ['distnr', 'magnr', 'sigmagnr', 'nbad'],
	images: ({ number }) => {
		const mag = number('magnr');
		const err = number('sigmagnr');
		const same = number('distnr') < SAME_SOURCE_DISTNR && Number.isFinite(mag) && err >= 0;
		return { template: same ? { flux: fluxFromMag(mag), err: fluxErrFromMag(mag, err) } : null, science: null };
	},
	flags: ({ number }) => {
		const bad = number('nbad');
		return bad > 0 ? [`${bad} bad ${bad === 1 ? 'pixel' : 'pixels'}`] : [];
	},
};

/** Zwicky Transient Facility, Palomar. Field meanings follow the public avro schema 4.02. */
export const ztf: Survey = {
	name: 'ztf',
	label: 'ZTF',
	mark: 'circle',
	nightOffsetHours: 0,
	observatory: { name: 'Palomar', longitude: -116.8649, latitude: 33.3563, elevationM: 1712 },
	programmes: [
		{ name: 'public', label: 'public survey (programid 1)', public: true },
		{ name: 'partnership', label: 'partnership (programid 2)', public: false },
		{ name: 'caltech', label: 'Caltech (programid 3)', public: false },
		{ name: 'private', label: 'unknown programme, treated as private', public: false },
	],
	fixedOrigin: null,
	positionErrArcsec: 1,
	bands: ['g', 'r', 'i'],
	objectIdPattern: /^(?:ZTF|SIM)\d{2}[a-z]{7}$/i,
	cutout: { pixels: 63, arcsecPerPixel: 1.01, unit: 'DN' },
	fields: candidate,
	point,
};
