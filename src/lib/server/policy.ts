/** Name and value of the cookie that says a reader asked for imagery from CDS. */
export const IMAGERY_COOKIE = 'nightjar_imagery';
export const IMAGERY_YES = 'cds';

/** Pages that show Aladin Lite, which compiles WebAssembly. */
const ALADIN_ROUTES: ReadonlySet<string> = new Set(['/sky', '/objects/[survey]/[objectId]']);

/** Where imagery comes from once a reader asked for it: the HiPS servers of CDS, Strasbourg, under their names of today. */
const IMAGERY_HOSTS = [
	'https://alasky.cds.unistra.fr',
	'https://alaskybis.cds.unistra.fr',
	'https://alasky.unistra.fr',
	'https://alaskybis.unistra.fr',
	'https://alasky.u-strasbg.fr',
	'https://alaskybis.u-strasbg.fr',
].join(' ');

/** Where SIMBAD answers, for readers who asked for imagery. */
const SIMBAD_HOST = 'https://simbad.cds.unistra.fr';

/** What the content policy of a document lets its scripts do beyond the usual: `wasm`, `imagery`. */
export function allowedOn(route: string | null, imagery: boolean): readonly ('wasm' | 'imagery')[] {
	if (route === null || !ALADIN_ROUTES.has(route)) return [];
	return imagery ? ['wasm', 'imagery'] : ['wasm'];
}

/** The content policy with what is allowed added. */
export function widened(policy: string, allowed: readonly ('wasm' | 'imagery')[]): string {
	if (!allowed.includes('wasm')) return policy;
	const more: Readonly<Record<string, string>> = {
		'script-src': "'wasm-unsafe-eval'",
		'connect-src': ['data: blob:', ...(allowed.includes('imagery') ? [IMAGERY_HOSTS, SIMBAD_HOST] : [])].join(' '),
		'img-src': allowed.includes('imagery') ? IMAGERY_HOSTS : '',
	};
	return policy
		.split(';')
		.map((directive) => directive.trim())
		.filter((directive) => directive !== '')
		.map((directive) => {
			const extra = more[directive.split(' ')[0] ?? ''];
			return extra === undefined || extra === '' ? directive : `${directive} ${extra}`;
		})
		.join('; ');
}
