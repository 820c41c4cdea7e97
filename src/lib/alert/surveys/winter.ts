import { fieldTable, fieldsLike } from '../fieldTable.ts';
import type { Survey } from '../survey.ts';
import { ztf } from './ztf.ts';

// the packet is modelled on ZTF's: these fields mean the same in both
const asInZtf = fieldsLike(
	ztf.fields,
	{ group: 'asInZtf' },
	'candid ra dec sky fwhm chipsf xpos ypos magdiff magfromlim magnr sigmagnr classtar mindtoedge seeratio aimage bimage ' +
		'aimagerat bimagerat elong nneg nbad sumrat dsnrms ssnrms dsdiff scorr magpsf sigmapsf magap sigmagap magapbig ' +
		'sigmagapbig diffmaglim magzpsci magzpsciunc magzpscirms clrcoeff clrcounc zpclrcov zpmed clrmed clrrms rb rbversion ' +
		'ssdistnr ssmagnr ssnamenr nmtchps sgmag1 srmag1 simag1 szmag1 sgscore1 distpsnr1 sgmag2 srmag2 simag2 szmag2 sgscore2 ' +
		'distpsnr2 sgmag3 srmag3 simag3 szmag3 sgscore3 distpsnr3 neargaia neargaiabright maggaia maggaiabright exptime ' +
		'jdstarthist jdendhist distnr',
);

const candidate = fieldTable(
	'candidate',
	{ group: 'candidate' },
	`
	jd float64 d Start of the exposure, JD in UTC
	fid int - Filter number: 1 = Y, 2 = J, 3 = H
	deprecated truth - Superseded by a reprocessing
	ndethist int - Earlier detections of the object
	progname text - Programme of the observation
	programid int - Number of the programme
	isdiffpos truth - Brighter than the reference
	field int - Number of the sky field
	tooflag truth - Target-of-opportunity exposure
	psra1 float64 deg Right ascension of the closest PS1 source
	psdec1 float64 deg Declination of the closest PS1 source
	nmtchtm int - 2MASS sources within 30 arcsec
	tmjmag1 float32 mag 2MASS J magnitude of the closest 2MASS source
	tmhmag1 float32 mag 2MASS H magnitude of the closest 2MASS source
	tmkmag1 float32 mag 2MASS Ks magnitude of the closest 2MASS source
	tmobjectid1 text - 2MASS name of the closest 2MASS source
	tmjmag2 float32 mag 2MASS J magnitude of the second closest 2MASS source
	tmhmag2 float32 mag 2MASS H magnitude of the second closest 2MASS source
	tmkmag2 float32 mag 2MASS Ks magnitude of the second closest 2MASS source
	tmobjectid2 text - 2MASS name of the second closest 2MASS source
	tmjmag3 float32 mag 2MASS J magnitude of the third closest 2MASS source
	tmhmag3 float32 mag 2MASS H magnitude of the third closest 2MASS source
	tmkmag3 float32 mag 2MASS Ks magnitude of the third closest 2MASS source
	tmobjectid3 text - 2MASS name of the third closest 2MASS source
`,
);

/** Wide-field Infrared Transient Explorer, Palomar. Y is on the AB scale (PS1), J and H on that of 2MASS (Vega). */
export const winter: Survey = {
	name: 'winter',
	label: 'WINTER',
	mark: 'square',
	nightOffsetHours: 0,
	observatory: { name: 'Palomar', longitude: -116.8649, latitude: 33.3563, elevationM: 1712 },
	programmes: [{ name: 'private', label: 'private until the operator opens it', public: false }],
	fixedOrigin: null,
	positionErrArcsec: 2,
	bands: ['Y', 'J', 'H'],
	objectIdPattern: /^WNTR\d{2}[a-z]{5,6}$/i,
	cutout: { pixels: 81, arcsecPerPixel: 1.13, unit: 'DN' },
	fields: [...candidate, ...asInZtf],
};
