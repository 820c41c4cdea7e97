import type { Survey } from '../survey.ts';

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
	fields: [],
};
