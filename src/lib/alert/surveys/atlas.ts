import { fieldTable } from '../fieldTable.ts';
import type { Survey } from '../survey.ts';

const candidate = fieldTable(
	'candidate',
	{ group: 'candidate' },
	`
	pid long - Number of the processed science image
	isdiffpos text - As sent; contradicts the sign of the flux, which decides here
	x=X float32 pixel Position on the image, x
	y=Y float32 pixel Position on the image, y
	flux float32 uJy Flux on the difference image as sent
	dflux=Dflux float32 uJy Error of flux as sent (negative with the flux)
	major=Major float32 pixel Size along the major axis
	minor=Minor float32 pixel Size along the minor axis
	phi=Phi float64 deg Angle of the major axis
	det=Det int - How it was found: 0 fixed, 1 free, 2 trail, 3 streak
	chiN=ChiN float64 - Reduced chi-square of the fit
	pvr=Pvr int - Score of a stationary variable
	ptr=Ptr int - Score of a stationary transient
	pmv=Pmv int - Score of a moving object
	pkn=Pkn int - Score of a known asteroid
	pno=Pno int - Score of noise
	pbn=Pbn int - Score of a burn
	pcr=Pcr int - Score of a cosmic ray
	pxt=Pxt int - Score of cross-talk
	psc=Psc int - Score of a star residual
	dup=Dup int - Duplicate
	rb float32 - Real/bogus score, 1 = real
`,
);

/** Asteroid Terrestrial-impact Last Alert System; bands o and c. */
export const atlas: Survey = {
	name: 'atlas',
	label: 'ATLAS',
	mark: 'diamond',
	nightOffsetHours: 0,
	// four sites share the stream
	observatory: null,
	programmes: [{ name: 'private', label: 'private until the operator opens it', public: false }],
	fixedOrigin: null,
	positionErrArcsec: 1,
	bands: ['c', 'o'],
	objectIdPattern: /^1\d{18}$/,
	cutout: { pixels: 61, arcsecPerPixel: 1.86, unit: 'DN' },
	fields: candidate,
};
