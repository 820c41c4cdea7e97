import { findSurvey } from './surveys.ts';

/** A page elsewhere about the same place or object. */
export interface Link {
	readonly label: string;
	readonly href: string;
}

interface Template {
	readonly label: string;
	/** Surveys whose ids the page knows; null = a position is enough. */
	readonly survey: string | null;
	readonly href: (about: { readonly objectId: string; readonly ra: string; readonly dec: string }) => string;
}

// The only place with addresses of other sites: nothing is asked of them until a reader follows a link.
const TEMPLATES: readonly Template[] = [
	{
		label: 'TNS',
		survey: null,
		href: ({ ra, dec }) => `https://www.wis-tns.org/search?ra=${ra}&decl=${dec}&radius=10&coords_unit=arcsec`,
	},
	{
		label: 'SIMBAD',
		survey: null,
		href: ({ ra, dec }) =>
			`https://simbad.cds.unistra.fr/simbad/sim-coo?Coord=${ra}%20${dec}&Radius=0.5&Radius.unit=arcmin`,
	},
	{
		label: 'NED',
		survey: null,
		href: ({ ra, dec }) =>
			`https://ned.ipac.caltech.edu/conesearch?search_type=Near%20Position%20Search&in_csys=Equatorial&in_equinox=J2000&ra=${ra}d&dec=${dec}d&radius=1`,
	},
	{
		label: 'Legacy Survey',
		survey: null,
		href: ({ ra, dec }) => `https://www.legacysurvey.org/viewer?ra=${ra}&dec=${dec}&zoom=16&mark=${ra},${dec}`,
	},
	{
		label: 'Aladin',
		survey: null,
		href: ({ ra, dec }) => `https://aladin.cds.unistra.fr/AladinLite/?target=${ra}%20${dec}&fov=0.05`,
	},
	{ label: 'Fink', survey: 'ztf', href: ({ objectId }) => `https://ztf.fink-portal.org/${objectId}` },
	{ label: 'Fink', survey: 'lsst', href: ({ objectId }) => `https://lsst.fink-portal.org/${objectId}` },
	{ label: 'ALeRCE', survey: 'ztf', href: ({ objectId }) => `https://alerce.online/object/${objectId}` },
	{ label: 'Lasair', survey: 'ztf', href: ({ objectId }) => `https://lasair-ztf.lsst.ac.uk/objects/${objectId}/` },
	{ label: 'Lasair', survey: 'lsst', href: ({ objectId }) => `https://lasair.lsst.ac.uk/objects/${objectId}/` },
	{ label: 'ANTARES', survey: 'ztf', href: ({ objectId }) => `https://antares.noirlab.edu/loci?query=${objectId}` },
	{ label: 'Babamul', survey: 'ztf', href: ({ objectId }) => `https://babamul.caltech.edu/objects/ZTF/${objectId}` },
	{ label: 'Babamul', survey: 'lsst', href: ({ objectId }) => `https://babamul.caltech.edu/objects/LSST/${objectId}` },
];

/** Page of a transient in the TNS; `bareName` without SN or AT. */
export function tnsAddress(bareName: string): string {
	return `https://www.wis-tns.org/object/${encodeURIComponent(bareName)}`;
}

/** Those that stand in the head of a page; the others wait behind a button. */
const IN_HEAD: readonly string[] = ['TNS', 'SIMBAD', 'NED', 'Legacy Survey'];

/** Links in two groups, in the order they came in: a few for the head of a page, and the rest. */
export function groupLinks(links: readonly Link[]): { readonly head: readonly Link[]; readonly more: readonly Link[] } {
	return {
		head: links.filter(({ label }) => IN_HEAD.includes(label)),
		more: links.filter(({ label }) => !IN_HEAD.includes(label)),
	};
}

/**
 * Pages elsewhere about an object at ICRS degrees. A simulated object is known to nobody else: it has none, and a link to
 * the real sky behind it would mislead.
 */
export function linksFor(about: {
	readonly survey: string;
	readonly objectId: string;
	readonly origin: string;
	readonly ra: number;
	readonly dec: number;
}): Link[] {
	if (about.origin !== 'real' || !findSurvey(about.survey)) return [];
	const place = {
		objectId: encodeURIComponent(about.objectId),
		ra: about.ra.toFixed(6),
		dec: about.dec.toFixed(6),
	};
	return TEMPLATES.filter((template) => template.survey === null || template.survey === about.survey).map(
		({ label, href }) => ({ label, href: href(place) }),
	);
}
