/** A picture of the sky under the marks. */
export interface Imagery {
	readonly key: string;
	readonly word: string;
	/** HiPS address: ours begins with a slash; the others are at CDS. */
	readonly hips: string;
	readonly credit: string;
	/** Southern end of the survey, degrees of declination; the whole sky where there is none. */
	readonly southEnd?: number;
	/** It has pictures of parts of the sky only. */
	readonly inParts?: true;
}

/** Our own density, served from the store: works offline. */
export const DENSITY: Imagery = {
	key: 'density',
	word: 'Alert density',
	hips: '/hips/density',
	credit: 'Alerts per square degree, from this store',
};

/** Offered once the reader asked for imagery from CDS. */
export const SURVEY_IMAGERY: readonly Imagery[] = [
	{
		key: 'dss',
		word: 'DSS2 colour',
		hips: 'https://alasky.cds.unistra.fr/DSS/DSSColor',
		credit: 'Digitized Sky Survey, STScI/NASA, coloured and served by CDS',
	},
	{
		key: 'ps1',
		word: 'Pan-STARRS DR1',
		hips: 'https://alasky.cds.unistra.fr/Pan-STARRS/DR1/color-z-zg-g',
		credit: 'Pan-STARRS1 Surveys, served by CDS',
		// Chambers et al. 2016, arXiv:1612.05560: the 3 pi survey is the sky north of -30
		southEnd: -30,
	},
	{
		key: 'legacy',
		word: 'DESI Legacy DR10',
		hips: 'https://alasky.cds.unistra.fr/DESI-legacy-surveys/DR10/CDS_P_DESI-Legacy-Surveys_DR10_color',
		credit: 'DESI Legacy Imaging Surveys DR10, NOIRLab, served by CDS',
		inParts: true,
	},
	{
		key: 'sdss',
		word: 'SDSS DR9',
		hips: 'https://alasky.cds.unistra.fr/SDSS/DR9/color',
		credit: 'Sloan Digital Sky Survey DR9, served by CDS',
		inParts: true,
	},
	{
		key: '2mass',
		word: '2MASS',
		hips: 'https://alasky.cds.unistra.fr/2MASS/Color',
		credit: '2MASS, UMass, IPAC/Caltech, NASA and NSF, served by CDS',
	},
	{
		key: 'unwise',
		word: 'unWISE W1 W2',
		hips: 'https://alasky.cds.unistra.fr/unWISE/color-W2-W1W2-W1',
		credit: 'unWISE from WISE and NEOWISE, NASA/JPL-Caltech, served by CDS',
	},
];

/** Whether a survey has a picture of some of a field: its centre's declination and its width, degrees. */
export function covers({ southEnd = -90 }: Pick<Imagery, 'southEnd'>, dec: number, fovDeg: number): boolean {
	return dec + fovDeg / 2 > southEnd;
}

/** What the document's content policy lets us do (`wasm`, `imagery`); set by the server on the root element. */
export function documentAllows(what: 'wasm' | 'imagery'): boolean {
	return (document.documentElement.dataset['allows'] ?? '').split(' ').includes(what);
}

/** Remembers for a year that the reader asked for imagery from CDS, or forgets it. */
export function rememberImagery(wanted: boolean): void {
	document.cookie = `nightjar_imagery=${wanted ? 'cds' : ''}; path=/; max-age=${wanted ? 31_536_000 : 0}; samesite=lax`;
}
