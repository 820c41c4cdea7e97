import { fieldTable } from '../fieldTable.ts';
import type { Survey } from '../survey.ts';

const candidate = fieldTable(
	'candidate',
	{ group: 'candidate' },
	`
	forcediffimflux float64 uJy Flux on the difference image
	forcediffimfluxunc float64 uJy 1 sigma error of forcediffimflux
	forcediffimmag float64 mag AB magnitude on the difference image
	forcediffimmagunc float64 mag 1 sigma error of forcediffimmag
	diffmaglim float64 mag Magnitude that noise alone reaches at 5 sigma on the difference image
	isdiffpos int - 1 = brighter than the reference
`,
);

/** Dark Energy Camera transients (DESIRT), Cerro Tololo. */
export const decam: Survey = {
	name: 'decam',
	label: 'DECam',
	mark: 'square',
	nightOffsetHours: 12,
	observatory: { name: 'Cerro Tololo', longitude: -70.8065, latitude: -30.1692, elevationM: 2207 },
	programmes: [{ name: 'private', label: 'private until the operator opens it', public: false }],
	fixedOrigin: null,
	positionErrArcsec: 0.5,
	bands: ['g', 'r', 'i', 'z'],
	objectIdPattern: /^c4d_\d{6}_\d{6}_\S+$/,
	cutout: { pixels: 61, arcsecPerPixel: 0.263, unit: 'DN' },
	fields: candidate,
};
