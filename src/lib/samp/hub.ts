import { readResponse, writeCall, type XmlRpcValue } from './xmlrpc.ts';

/** Where the web profile of SAMP 1.3 has its hub: on the reader's own machine (TOPCAT, Aladin and others bring one). */
const HUB = 'http://localhost:21012/';
/** How long a program may take to load a table before the hub gives up waiting for its word, in seconds. */
const LOADING_S = 600;

/** Why nothing was sent, in words for the reader. */
export class SampError extends Error {}

/** What one program made of a table: `problem` is its reason in its own words where it did not load it. */
export interface Delivery {
	readonly program: string;
	readonly problem?: string;
}

async function call(method: string, params: readonly XmlRpcValue[]): Promise<XmlRpcValue> {
	let answer: Response;
	try {
		answer = await fetch(HUB, {
			method: 'POST',
			// the type that the profile asks for; it needs no leave asked for beforehand
			headers: { 'content-type': 'text/plain' },
			body: writeCall(`samp.webhub.${method}`, params),
		});
	} catch {
		throw new SampError('No SAMP hub answers on this machine: start TOPCAT or Aladin, then press again.');
	}
	return readResponse(await answer.text());
}

const isStruct = (value: XmlRpcValue | undefined): value is Readonly<Record<string, XmlRpcValue>> =>
	typeof value === 'object' && !Array.isArray(value);
/** The text that stands under a name; empty where there is none. */
function textAt(value: XmlRpcValue | undefined, name: string): string {
	const held = isStruct(value) ? value[name] : undefined;
	return typeof held === 'string' ? held : '';
}

/** The problem that a program's answer to a call tells of; undefined where it did what was asked, with a warning or without. */
function problemOf(answer: XmlRpcValue): string | undefined {
	if (textAt(answer, 'samp.status') !== 'samp.error') return undefined;
	const reason = textAt(isStruct(answer) ? answer['samp.error'] : undefined, 'samp.errortxt');
	return reason === '' ? 'it could not load the table' : reason;
}

/**
 * Has every program at the reader's SAMP hub that loads tables load the VOTable at an absolute address; `onPrograms` is told their
 * names before they begin, and the answer says what each made of it. The hub asks the reader for leave first. Throws SampError with a
 * sentence that says what to do. Each program is called and waited for: a hub may drop what is only sent on when its sender leaves.
 */
export async function sendTable(
	table: { url: string; name: string; id: string },
	onPrograms: (names: readonly string[]) => void,
): Promise<readonly Delivery[]> {
	const key = textAt(await call('register', [{ 'samp.name': 'Nightjar' }]), 'samp.private-key');
	if (key === '') throw new SampError('The SAMP hub did not let this page in.');
	try {
		await call('declareMetadata', [key, { 'samp.name': 'Nightjar', 'samp.description.text': 'Alert broker' }]);
		const mtype = 'table.load.votable';
		const takers = await call('getSubscribedClients', [key, mtype]);
		const programs = await Promise.all(
			(isStruct(takers) ? Object.keys(takers) : []).map(async (id) => ({
				id,
				// one that leaves meanwhile has no name; what is asked of it then says so
				name: textAt(await call('getMetadata', [key, id]).catch(() => ''), 'samp.name') || id,
			})),
		);
		if (programs.length === 0) {
			throw new SampError('A SAMP hub answers, but no program at it loads tables: open TOPCAT.');
		}
		onPrograms(programs.map(({ name }) => name));
		const message = {
			'samp.mtype': mtype,
			'samp.params': { url: table.url, 'table-id': table.id, name: table.name },
		};
		return await Promise.all(
			programs.map(async ({ id, name }): Promise<Delivery> => {
				try {
					const problem = problemOf(await call('callAndWait', [key, id, message, String(LOADING_S)]));
					return problem === undefined ? { program: name } : { program: name, problem };
				} catch (error) {
					return { program: name, problem: error instanceof Error ? error.message : 'the hub gave it up' };
				}
			}),
		);
	} finally {
		await call('unregister', [key]).catch(() => undefined);
	}
}
