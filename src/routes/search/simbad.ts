import { understandText } from '#lib/alert/searchText.ts';
import { askSimbad, SimbadError } from '#lib/server/simbad.ts';

/** Parameter of the address by which a reader has SIMBAD asked for the name in the box. */
const ASK = 'ask';

/**
 * What SIMBAD has under the name in the box, where the address says `ask=simbad`: the search with the position in the place of the name, or
 * why there is none in a sentence; both null where nobody is to be asked.
 */
export async function askedOfSimbad(
	{ config, scope }: Pick<App.Locals, 'config' | 'scope'>,
	asked: URLSearchParams,
): Promise<{ readonly goTo: URLSearchParams | null; readonly problem: string | null }> {
	const text = asked.get('q') ?? '';
	const name =
		asked.get(ASK) === 'simbad' && scope.origin === 'real' ? understandText(text, null).name?.text : undefined;
	if (name === undefined) return { goTo: null, problem: null };
	try {
		const found = await askSimbad(config, name);
		if (found === null) return { goTo: null, problem: `SIMBAD has no “${name}” either.` };
		const written = text.normalize('NFC').replace(/\s+/g, ' ');
		if (!written.includes(name)) return { goTo: null, problem: `Write “${name}” in one piece to have SIMBAD asked.` };
		const goTo = new URLSearchParams(asked);
		goTo.delete(ASK);
		const place = `${found.ra.toFixed(6)} ${found.dec < 0 ? '' : '+'}${found.dec.toFixed(6)}`;
		goTo.set('q', written.replace(name, place));
		return { goTo, problem: null };
	} catch (error) {
		if (error instanceof SimbadError) return { goTo: null, problem: error.message };
		throw error;
	}
}
