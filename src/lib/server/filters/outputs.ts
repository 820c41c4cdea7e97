import { readHits } from '#clickhouse/read/hits.ts';
import { readWatermark } from '#clickhouse/read/watermark.ts';
import { openAccounts } from '../accounts/database.ts';
import {
	addOutput,
	MOST_OUTPUTS,
	outputById,
	outputsOf,
	outputView,
	removeOutput,
	setOutput,
} from '../deliver/output.ts';
import type { Output, OutputKind, OutputView } from '../deliver/output.ts';
import { enqueue, revive } from '../deliver/queue.ts';
import { ownerOf } from '../deliver/owner.ts';
import { candidateTarget, readCandidateTarget } from '../marshals/candidateDelivery.ts';
import type { MarshalClient, MarshalFilter } from '../marshals/client.ts';
import { clientFor, linkOf, linksOf } from '../marshals/links.ts';
import { MarshalError } from '../marshals/marshalError.ts';
import { addressProblem } from '../net/outgoing.ts';
import { LOCAL, mayAct } from '../principal.ts';
import { ProblemError } from '../problem.ts';
import { filterOf } from './library.ts';
import type { FilterLocals } from './locals.ts';
import type { StoredFilter } from '#lib/filter/stored.ts';

/** What an output is made of. */
export interface OutputDraft {
	readonly kind: OutputKind;
	readonly address: string;
	/** Of a digest. */
	readonly everyMinutes: number;
}

const bad = (parameter: string, message: string): ProblemError =>
	new ProblemError(400, message, [{ parameter, message }]);

/** Sends hits of a filter from now on: signed to an address, or as a digest to the address of one's account. A webhook's secret is told this once. */
export async function createOutput(
	locals: FilterLocals,
	filterId: string,
	draft: OutputDraft,
): Promise<{ output: OutputView; secret: string | null }> {
	const principal = mayAct(locals);
	const { config, store } = locals;
	const filter = await filterOf(locals, filterId);
	if (filter.block) throw new ProblemError(409, 'A block has no hits of its own.');
	const database = openAccounts(config.home);
	if (outputsOf(database, filter.id, principal.id).length >= MOST_OUTPUTS) {
		throw new ProblemError(409, `A filter has at most ${MOST_OUTPUTS} outputs of one person: remove one first.`);
	}
	let address = '';
	if (draft.kind === 'marshal') {
		address = await marshalAddress(locals, draft.address);
	} else if (draft.kind === 'webhook') {
		const wrong = addressProblem(draft.address, config.privateHosts);
		if (wrong !== null) throw bad('address', wrong);
		address = new URL(draft.address).href;
	} else {
		const to = ownerOf(database, principal.id)?.email ?? '';
		if (to === '' && !(principal.id === LOCAL.id && config.accounts.mail.kind === 'files')) {
			throw new ProblemError(409, 'A digest goes to the address of an account: sign in to have one.');
		}
	}
	const { output, secret } = addOutput(database, config.home, {
		...{ ownerId: principal.id, filterId: filter.id, origin: locals.scope.origin, kind: draft.kind, address },
		everyMs: draft.kind === 'email' ? draft.everyMinutes * 60_000 : 0,
		cursor: await readWatermark(store),
	});
	return { output: outputView(database, output), secret };
}

/** One's own marshals that take candidates. */
export function ownMarshals({ principal, config }: FilterLocals): { readonly id: string; readonly name: string }[] {
	if (principal === null) return [];
	return linksOf(openAccounts(config.home), principal.id)
		.filter(({ kind }) => kind === 'skyportal')
		.map(({ id, name }) => ({ id, name }));
}

/** Link and filter of a marshal that is one's own, as an output keeps them: proved at the marshal. */
async function marshalAddress({ principal, config }: FilterLocals, given: string): Promise<string> {
	const userId = principal?.id ?? '';
	const database = openAccounts(config.home);
	const { linkId, filterId } = readCandidateTarget(given.trim());
	const link = linkOf(database, userId, linkId);
	if (link?.kind !== 'skyportal') throw bad('address', 'Choose a SkyPortal that you linked at /account/marshals.');
	if (!Number.isSafeInteger(filterId) || filterId < 1) {
		throw bad('address', `Give the number of the filter on ${link.name} whose scanners get the candidates.`);
	}
	const filters = await filtersOf(clientFor(database, config, userId, linkId));
	const found = filters.find(({ id }) => id === filterId);
	if (found === undefined) {
		const offered = filters.map(({ id, name }) => `${id} (${name})`).join(', ');
		throw bad(
			'address',
			`${link.name} has no filter ${filterId} of yours. ${offered === '' ? `Make one there first.` : `It has ${offered}.`}`,
		);
	}
	return candidateTarget({ linkId, filterId, groupId: found.groupId });
}

async function filtersOf(client: MarshalClient | null): Promise<readonly MarshalFilter[]> {
	try {
		return (await client?.filters?.()) ?? [];
	} catch (error) {
		if (error instanceof MarshalError) throw new ProblemError(502, error.message);
		throw error;
	}
}

/** One's own outputs of a filter. */
export function listOutputs(locals: FilterLocals, filter: StoredFilter): OutputView[] {
	if (locals.principal === null) return [];
	const database = openAccounts(locals.config.home);
	return outputsOf(database, filter.id, locals.principal.id).map((output) => outputView(database, output));
}

function ownOutput(locals: FilterLocals, filterId: string, id: string): Output {
	const principal = mayAct(locals);
	const output = outputById(openAccounts(locals.config.home), id);
	if (output?.filterId !== filterId || output.ownerId !== principal.id) {
		throw new ProblemError(404, 'This filter has no output of that id that is yours.');
	}
	return output;
}

/** What may be done to an output. */
export type OutputAction = 'on' | 'off' | 'retry' | 'test';

/** Turns an output on or off, puts what is dead back into its queue, or sends the newest hit as a test. */
export async function actOnOutput(
	locals: FilterLocals,
	filterId: string,
	id: string,
	action: OutputAction,
): Promise<OutputView> {
	const output = ownOutput(locals, filterId, id);
	const database = openAccounts(locals.config.home);
	switch (action) {
		case 'on':
		case 'off':
			setOutput(database, id, action, '');
			break;
		case 'retry':
			revive(database, id, Date.now());
			setOutput(database, id, 'on', '');
			break;
		case 'test': {
			const scope = { origin: output.origin, grants: locals.scope.grants };
			const { rows } = await readHits(locals.store, scope, filterId, {}, { limit: 1 });
			const [newest] = rows;
			if (newest === undefined) throw new ProblemError(409, 'Nothing has passed yet, so there is nothing to send.');
			enqueue(database, {
				...{ kind: output.kind, lane: id, ownerId: output.ownerId, outputId: id, visibleAt: Date.now() },
				payload: JSON.stringify({ hits: [`${newest.alert.survey}:${newest.alert.alertId}`] }),
			});
		}
	}
	const changed = outputById(database, id);
	if (changed === null) throw new ProblemError(404, 'The output is gone.');
	return outputView(database, changed);
}

/** Takes an output away with all that waits for it. */
export function deleteOutput(locals: FilterLocals, filterId: string, id: string): void {
	ownOutput(locals, filterId, id);
	removeOutput(openAccounts(locals.config.home), id);
}
