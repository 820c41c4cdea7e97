import { understandText } from '#lib/alert/searchText.ts';
import * as v from 'valibot';
import { TokenBuckets } from './limits.ts';
import { callOut, OutgoingError } from './net/outgoing.ts';

/** What SIMBAD has under a name. */
interface SimbadSource {
	/** Its main name there. */
	readonly name: string;
	/** ICRS degrees. */
	readonly ra: number;
	readonly dec: number;
}

/** SIMBAD gave no answer that can be read; the message is a sentence for people. */
class SimbadError extends Error {
	override readonly name = 'SimbadError';
}

interface Where {
	/** Address of its TAP service; null where the operator lets nobody ask. */
	readonly simbadUrl: string | null;
	readonly privateHosts: readonly string[];
}

const WAIT_MS = 8_000;
const MOST_BYTES = 200_000;
const KEPT = 1_000;
// of all readers together: a name is asked for by a person, and kept
const asks = new TokenBuckets(20, 0.5);
const kept = new Map<string, SimbadSource | null>();

const answerSchema = v.object({
	data: v.array(v.tuple([v.string(), v.nullable(v.number()), v.nullable(v.number())])),
});

/** The question for a name in ADQL; SIMBAD itself takes spaces and capitals as they come. */
export function questionFor(name: string): string {
	const quoted = `'${name.replaceAll("'", "''")}'`;
	const common = `'NAME ${name.replaceAll("'", "''")}'`;
	return `SELECT TOP 1 main_id, ra, dec FROM basic JOIN ident ON oidref = oid WHERE id IN (${quoted}, ${common}) AND ra IS NOT NULL`;
}

/** Asks SIMBAD of CDS, Strasbourg, for a name; null where it knows none such. Answers are kept. Throws SimbadError. */
async function askSimbad({ simbadUrl, privateHosts }: Where, name: string): Promise<SimbadSource | null> {
	if (simbadUrl === null) throw new SimbadError('This portal does not ask SIMBAD.');
	const key = `${simbadUrl} ${name}`;
	const known = kept.get(key);
	if (known !== undefined) return known;
	const { allowed, retryAfterSeconds } = asks.take(simbadUrl, 1);
	if (!allowed) throw new SimbadError(`SIMBAD was asked often just now: try again in ${retryAfterSeconds} s.`);
	const url = new URL(simbadUrl);
	url.search = new URLSearchParams({
		...{ request: 'doQuery', lang: 'adql', format: 'json' },
		query: questionFor(name),
	}).toString();
	const { status, body } = await callOut({
		...{ url, method: 'GET', timeoutMs: WAIT_MS, maxBytes: MOST_BYTES, privateHosts },
	}).catch((error: unknown) => {
		if (error instanceof OutgoingError)
			throw new SimbadError(`SIMBAD cannot be asked: ${error.message}`, { cause: error });
		throw error;
	});
	if (status !== 200) throw new SimbadError(`SIMBAD answers with status ${status}: try again later.`);
	const found = readAnswer(body.toString('utf8'));
	if (kept.size >= KEPT) kept.clear();
	kept.set(key, found);
	return found;
}

function readAnswer(text: string): SimbadSource | null {
	let answer: unknown = null;
	try {
		answer = JSON.parse(text);
	} catch {
		// said below
	}
	const read = v.safeParse(answerSchema, answer);
	if (!read.success) throw new SimbadError('SIMBAD answers in a form that is not understood here.');
	const [row] = read.output.data;
	if (row === undefined) return null;
	const [name, ra, dec] = row;
	if (ra === null || dec === null || ra < 0 || ra > 360 || Math.abs(dec) > 90) return null;
	return { name: name.replace(/\s+/g, ' '), ra, dec };
}

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
