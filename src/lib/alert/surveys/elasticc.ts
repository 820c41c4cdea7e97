import type { Survey } from '../survey.ts';

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
	fields: [],
};
