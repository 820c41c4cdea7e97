import { readResponse, writeCall, type XmlRpcValue } from './xmlrpc.ts';

/** Where the web profile of SAMP 1.3 has its hub: on the reader's own machine (TOPCAT, Aladin and others bring one). */
const HUB = 'http://localhost:21012/';

/** Why nothing was sent, in words for the reader. */
export class SampError extends Error {}

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

const isStruct = (value: XmlRpcValue): value is Readonly<Record<string, XmlRpcValue>> =>
	typeof value === 'object' && !Array.isArray(value);

/**
 * Offers a VOTable at an absolute address to every program at the reader's SAMP hub that loads tables; answers how many took the
 * message. The hub asks the reader for leave first. Throws SampError with a sentence that says what to do.
 */
export async function sendTable(table: { url: string; name: string; id: string }): Promise<number> {
	const registration = await call('register', [{ 'samp.name': 'Nightjar' }]);
	const key = isStruct(registration) ? registration['samp.private-key'] : undefined;
	if (typeof key !== 'string') throw new SampError('The SAMP hub did not let this page in.');
	try {
		const metadata = { 'samp.name': 'Nightjar', 'samp.description.text': 'Alert broker' };
		await call('declareMetadata', [key, metadata]);
		const message = {
			'samp.mtype': 'table.load.votable',
			'samp.params': { url: table.url, 'table-id': table.id, name: table.name },
		};
		const takers = await call('notifyAll', [key, message]);
		const takes = Array.isArray(takers) ? takers.length : 0;
		if (takes === 0) throw new SampError('A SAMP hub answers, but no program at it loads tables: open TOPCAT.');
		return takes;
	} finally {
		await call('unregister', [key]).catch(() => undefined);
	}
}
