import type { Survey } from '../survey.ts';

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
	fields: [],
};
