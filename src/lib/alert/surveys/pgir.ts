import { fieldTable, fieldsLike } from '../fieldTable.ts';
import type { Survey } from '../survey.ts';
import { ztf } from './ztf.ts';

// the packet is modelled on ZTF's: these fields mean the same in both
const asInZtf = fieldsLike(
	ztf.fields,
	{ group: 'asInZtf' },
	'jd candid ra dec isdiffpos nid field xpos ypos pdiffimfilename diffmaglim magpsf sigmapsf chipsf magap sigmagap fwhm aimage ' +
		'bimage elong nneg ssmagnr ssnamenr sumrat scorr jdstartref jdendref nframesref magzpsci magzpsciunc magzpscirms clrcoeff ' +
		'clrcounc exptime drb drbversion jdstarthist',
);

const candidate = fieldTable(
	'candidate',
	{ group: 'candidate' },
	`
	stackquadid long - Number of the stacked science image
	subid long - Number of the difference image
	program text - Programme of the observation
	quadpos int - Quadrant, 0 to 3
	subquadpos int - Quarter of the quadrant, 0 to 3
	fluxpsf float32 adu Flux of the PSF fit
	sigmafluxpsf float32 adu 1 sigma error of fluxpsf
	ssdistnr float32 arcsec Distance to the nearest known solar system object, within 60 arcsec
	isstar int - 1 = at a star of 2MASS
	dmag2mass float32 mag 2MASS J magnitude of the nearest source minus the candidate's
	tmmag1 float32 mag 2MASS J magnitude of the closest 2MASS source
	tmmag2 float32 mag 2MASS J magnitude of the second closest 2MASS source
	tmmag3 float32 mag 2MASS J magnitude of the third closest 2MASS source
	tmdist1 float32 arcsec Distance to the closest 2MASS source
	tmdist2 float32 arcsec Distance to the second closest 2MASS source
	tmdist3 float32 arcsec Distance to the third closest 2MASS source
	ndethist int - Detections within 8 arcsec since the survey began
	ncalmatches int - 2MASS calibrators used
	distnearbrstar float32 arcsec Distance to the nearest 2MASS source brighter than J = 10
	magnearbrstar float32 mag J magnitude of that source
	ndithexp int - Dithered exposures in the stack
	sciweight float32 - Weight of the science image at the position
	refweight float32 - Weight of the reference image at the position
`,
);

/** Palomar Gattini-IR; one band, J, on the scale of 2MASS (Vega). */
export const pgir: Survey = {
	name: 'pgir',
	label: 'PGIR',
	mark: 'diamond',
	nightOffsetHours: 0,
	observatory: { name: 'Palomar', longitude: -116.8649, latitude: 33.3563, elevationM: 1712 },
	programmes: [{ name: 'private', label: 'private until the operator opens it', public: false }],
	fixedOrigin: null,
	positionErrArcsec: 4,
	bands: ['J'],
	objectIdPattern: /^PGIR\d{2}[a-z]{6}$/i,
	cutout: { pixels: 61, arcsecPerPixel: 4.35, unit: 'DN' },
	fields: [...candidate, ...asInZtf],
};
