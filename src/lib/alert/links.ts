import type { MarshalLink } from './marshal.ts';
import { findSurvey } from './surveys.ts';

/** A page elsewhere about the same place or object. */
export interface Link {
	readonly label: string;
	readonly href: string;
}

type Marshal = Pick<MarshalLink, 'kind' | 'name' | 'url'>;

interface Template {
	readonly label: string;
	/** Surveys whose ids the page knows; null = a position is enough. */
	readonly survey: string | null;
	/** Southern end of what the page shows, degrees of declination. */
	readonly southEnd?: number;
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
		label: 'SDSS',
		survey: null,
		href: ({ ra, dec }) => `https://skyserver.sdss.org/dr18/VisualTools/navi?opt=G&ra=${ra}&dec=${dec}&scale=0.1`,
	},
	{
		label: 'Pan-STARRS',
		survey: null,
		southEnd: -30,
		href: ({ ra, dec }) => `https://ps1images.stsci.edu/cgi-bin/ps1cutouts?pos=${ra}+${dec}&filter=color`,
	},
	{
		label: 'VizieR',
		survey: null,
		href: ({ ra, dec }) =>
			`https://vizier.cds.unistra.fr/viz-bin/VizieR-4?-c=${ra}%20${dec}&-c.rs=10&-out.add=_r&-sort=_r`,
	},
	{
		label: 'VSX',
		survey: null,
		href: ({ ra, dec }) =>
			`https://www.aavso.org/vsx/index.php?view=results.get&coords=${ra}%20${dec}&format=d&size=10&geom=r&unit=3&order=9`,
	},
	{ label: 'ASAS-SN', survey: null, href: ({ ra, dec }) => `https://asas-sn.osu.edu/?ra=${ra}&dec=${dec}` },
	{
		label: 'SNAD',
		survey: 'ztf',
		href: ({ ra, dec }) => `https://ztf.snad.space/search/${ra}%20${dec}/5`,
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

/** Page of SIMBAD of one of its names. */
export function simbadHref(name: string): string {
	return `https://simbad.cds.unistra.fr/simbad/sim-id?Ident=${encodeURIComponent(name)}`;
}

/** Pages elsewhere about a solar-system body by its designation; none for a body of another origin than the real sky. */
export function linksForBody(designation: string, origin: string): Link[] {
	if (origin !== 'real') return [];
	const name = encodeURIComponent(designation);
	return [
		{ label: 'MPC', href: `https://www.minorplanetcenter.net/db_search/show_object?object_id=${name}` },
		{ label: 'JPL SBDB', href: `https://ssd.jpl.nasa.gov/tools/sbdb_lookup.html#/?sstr=${name}` },
	];
}

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

/** Those that tell what lies at a position, for a source of a catalogue. */
const OF_SOURCES: readonly string[] = ['SIMBAD', 'NED'];

/** Pages elsewhere about what lies around a position, ICRS degrees; none for an object of another origin than the real sky. */
export function linksAround(place: { readonly ra: number; readonly dec: number }, origin: string): Link[] {
	if (origin !== 'real') return [];
	const at = { objectId: '', ra: place.ra.toFixed(6), dec: place.dec.toFixed(6) };
	return TEMPLATES.filter(({ label }) => OF_SOURCES.includes(label)).map(({ label, href }) => ({
		label,
		href: href(at),
	}));
}

/** The page of an object on a SkyPortal, which knows it by the id that it was saved under. */
const skyPortalHref = (root: string, objectId: string): string => `${root}/source/${objectId}`;

/** The SkyPortal that most know, for readers who linked none; it has sources of these surveys under the surveys' own ids. */
const FRITZ = { label: 'SkyPortal (Fritz)', root: 'https://fritz.science', surveys: ['ztf', 'winter'] } as const;

function skyPortals(survey: string, objectId: string, marshals: readonly Marshal[]): Link[] {
	const linked = marshals.filter(({ kind }) => kind === 'skyportal');
	// two links to one marshal, with different tokens, lead to one page
	const single = linked.filter(({ url }, i) => linked.findIndex((one) => one.url === url) === i);
	if (single.length > 0) return single.map(({ name, url }) => ({ label: name, href: skyPortalHref(url, objectId) }));
	return FRITZ.surveys.some((known) => known === survey)
		? [{ label: FRITZ.label, href: skyPortalHref(FRITZ.root, objectId) }]
		: [];
}
/**
 * Pages elsewhere about an object at ICRS degrees, those of the SkyPortals that the reader linked among them. A simulated object is known
 * to nobody else: it has none, and a link to the real sky behind it would mislead.
 */
export function linksFor(
	about: {
		readonly survey: string;
		readonly objectId: string;
		readonly origin: string;
		readonly ra: number;
		readonly dec: number;
	},
	marshals: readonly Marshal[] = [],
): Link[] {
	if (about.origin !== 'real' || !findSurvey(about.survey)) return [];
	const place = {
		objectId: encodeURIComponent(about.objectId),
		ra: about.ra.toFixed(6),
		dec: about.dec.toFixed(6),
	};
	const elsewhere = TEMPLATES.filter(
		({ survey, southEnd = -90 }) => (survey === null || survey === about.survey) && about.dec >= southEnd,
	);
	return [
		...elsewhere.map(({ label, href }) => ({ label, href: href(place) })),
		...skyPortals(about.survey, place.objectId, marshals),
	];
}
