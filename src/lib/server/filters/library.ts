import { randomUUID } from 'node:crypto';
import {
	blockNameTaken,
	readBlockUsers,
	readFilter,
	readVersions,
	topicTaken,
	type WholeVersion,
} from '#clickhouse/read/filters.ts';
import { insertFilter, insertState, insertVersion } from '#clickhouse/write/filters.ts';
import { readFrozen, thawed } from '#lib/filter/frozen.ts';
import {
	type ExpectedBand,
	LANGUAGE_VERSION,
	nameProblem,
	SYSTEM_OWNER,
	topicFrom,
	topicProblem,
	type FilterState,
	type StoredFilter,
	type Visibility,
} from '#lib/filter/stored.ts';
import { mayAct, type Principal } from '../principal.ts';
import { ProblemError } from '../problem.ts';
import { checkText, type CheckedText } from './check.ts';
import { exampleProblem, requireExamples } from './examples.ts';
import { readEnvironment } from '../filterEnvironment.ts';
import { askGate, expectedBand, type GateResult } from './gate.ts';
import { readerOf, type FilterLocals } from './locals.ts';

/** What a version is made of. */
export interface VersionDraft {
	readonly text: string;
	readonly changelog: string;
	readonly mustPass: readonly string[];
	readonly mustFail: readonly string[];
}

/** What a next version is made of; examples that are left away are those of the version it is made from. */
type NextDraft = Pick<VersionDraft, 'text' | 'changelog'> & {
	readonly mustPass?: readonly string[] | undefined;
	readonly mustFail?: readonly string[] | undefined;
};

/** What a filter is made of. */
export interface FilterDraft extends VersionDraft {
	readonly name: string;
	/** Kafka topic; null = none, undefined = made from the name where the filter is public. */
	readonly topic?: string | null;
	readonly meaning: string;
	readonly visibility: Visibility;
	readonly groupId: string;
	readonly block: boolean;
	readonly forkedFrom: string;
}

/** A filter by id; 404 where the reader can see none. */
export async function filterOf(locals: FilterLocals, id: string): Promise<StoredFilter> {
	const found = UUID.test(id) ? await readFilter(locals.store, readerOf(locals), id) : null;
	if (found === null) throw new ProblemError(404, 'There is no filter of that id here, or it is not yours to see.');
	return found;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether someone may change a filter. */
export function mayChange(principal: Principal | null, { ownerId }: Pick<StoredFilter, 'ownerId'>): boolean {
	return principal !== null && (principal.id === ownerId || (ownerId === SYSTEM_OWNER && principal.operator));
}

/** A filter that whoever acts may change; 403 where they may only look. */
async function ownFilter(locals: FilterLocals, id: string): Promise<{ filter: StoredFilter; principal: Principal }> {
	const principal = mayAct(locals);
	const filter = await filterOf(locals, id);
	if (!mayChange(principal, filter)) {
		throw new ProblemError(403, 'This filter is not yours to change: make one of your own from it.');
	}
	return { filter, principal };
}

/** Checks a version's text and examples; throws the problem that keeps it from being stored. */
async function checkDraft(locals: FilterLocals, draft: VersionDraft): Promise<CheckedText> {
	requireExamples(draft);
	const checked = checkText(draft.text, await readEnvironment(locals));
	const problem = await exampleProblem(locals.store, locals.scope.grants, checked.filter, draft);
	if (problem !== null) throw problem;
	return checked;
}

/** A topic by the name that was asked for, if nobody has it; null for none. */
async function askedTopic(locals: FilterLocals, topic: string | null): Promise<string | null> {
	if (topic === null) return null;
	const wrong = topicProblem(topic);
	if (wrong !== '') throw new ProblemError(400, wrong, [{ parameter: 'topic', message: wrong }]);
	if (await topicTaken(locals.store, topic)) {
		throw new ProblemError(409, `Another filter has the topic ${topic}: choose another name for yours.`);
	}
	return topic;
}

async function freeTopic(locals: FilterLocals, draft: FilterDraft): Promise<string | null> {
	if (draft.topic !== undefined) return askedTopic(locals, draft.topic);
	// whoever reads the broker sees the topic: only a public filter gets one unasked
	if (draft.visibility !== 'public' || draft.block) return null;
	const plain = topicFrom(draft.name);
	for (let n = 1; ; n += 1) {
		const topic = n === 1 ? plain : `${plain}-${n}`;
		if (!(await topicTaken(locals.store, topic))) return topic;
	}
}

async function requireBlockName(locals: FilterLocals, name: string): Promise<void> {
	if (/["@\\]/.test(name)) {
		throw new ProblemError(
			400,
			'A block is imported as "name@version": leave quotes, @ and backslashes out of its name.',
		);
	}
	if (await blockNameTaken(locals.store, name)) {
		throw new ProblemError(
			409,
			`Another block is called ${name}: blocks are imported by their names, so choose another.`,
		);
	}
}

/** Stores a new filter with its first version, as a draft. */
export async function createFilter(locals: FilterLocals, draft: FilterDraft): Promise<StoredFilter> {
	const principal = mayAct(locals);
	const wrong = nameProblem(draft.name);
	if (wrong !== '') throw new ProblemError(400, wrong, [{ parameter: 'name', message: wrong }]);
	if (draft.visibility === 'group' && !principal.groups.includes(draft.groupId)) {
		throw new ProblemError(400, 'Name one of your groups, or make the filter private or public.');
	}
	if (draft.block) await requireBlockName(locals, draft.name.trim());
	const checked = await checkDraft(locals, draft);
	const topic = await freeTopic(locals, draft);
	const id = randomUUID();
	const now = Date.now();
	const { name, meaning, visibility, block, forkedFrom } = draft;
	const groupId = visibility === 'group' ? draft.groupId : '';
	await storeVersion(locals, id, { number: 1, draft, checked, author: principal.id }, now);
	await insertState(
		locals.store,
		id,
		{ state: 'draft', version: 0, reason: '', by: principal.id, expected: null },
		now,
	);
	await insertFilter(
		locals.store,
		{ id, name: name.trim(), topic, meaning, ownerId: principal.id, visibility, groupId, block, forkedFrom },
		now,
	);
	return filterOf(locals, id);
}

async function storeVersion(
	locals: FilterLocals,
	id: string,
	version: { number: number; draft: VersionDraft; checked: CheckedText; author: string },
	atMs: number,
): Promise<void> {
	const { number, draft, checked, author } = version;
	await insertVersion(
		locals.store,
		id,
		{
			version: number,
			kind: checked.filter.kind,
			text: draft.text,
			languageVersion: LANGUAGE_VERSION,
			environment: checked.environment,
			blocks: checked.filter.blocks,
			grants: locals.scope.grants,
			changelog: draft.changelog,
			authorId: author,
			mustPass: draft.mustPass,
			mustFail: draft.mustFail,
		},
		atMs,
	);
}

const CONFLICT =
	'Someone else stored a version since you began: look at what they changed, put yours on top, and store it again.';

const conflictOf = (base: number, newest: number): ProblemError =>
	new ProblemError(409, CONFLICT, [{ parameter: 'base', message: `is ${base}; the newest is ${newest}` }]);

/** What is being stored, by filter. */
const storing = new Map<string, Promise<unknown>>();

/** One after the other for a filter: the store keeps what two store at once, and each could find its own there before the other's. */
async function inTurn<Result>(filterId: string, store: () => Promise<Result>): Promise<Result> {
	const before = storing.get(filterId)?.catch(() => undefined) ?? Promise.resolve();
	const mine = before.then(store);
	storing.set(filterId, mine);
	try {
		return await mine;
	} finally {
		if (storing.get(filterId) === mine) storing.delete(filterId);
	}
}

/** Stores the next version; `base` is the one it was made from: 409 where that is not the newest any more. */
export async function addVersion(
	locals: FilterLocals,
	id: string,
	next: NextDraft,
	base: number,
): Promise<WholeVersion> {
	const { filter, principal } = await ownFilter(locals, id);
	if (filter.ownerId === SYSTEM_OWNER) {
		throw new ProblemError(409, 'A system filter is what its file says: make one of your own from it.');
	}
	if (filter.state === 'retired') throw new ProblemError(409, 'This filter is retired: make a new one from it.');
	if (base !== filter.newest) throw conflictOf(base, filter.newest);
	const { mustPass, mustFail } = await versionOf(locals, filter, base);
	const draft = { ...next, mustPass: next.mustPass ?? mustPass, mustFail: next.mustFail ?? mustFail };
	const checked = await checkDraft(locals, draft);
	return inTurn(id, async () => {
		const { newest } = await filterOf(locals, id);
		if (base !== newest) throw conflictOf(base, newest);
		const now = Date.now();
		const number = base + 1;
		await storeVersion(locals, id, { number, draft, checked, author: principal.id }, now);
		// of two that came at once, from two processes, one is stored: see whose
		const stored = (await readVersions(locals.store, id)).find(({ version }) => version === number);
		const mine =
			stored?.text === draft.text && stored.authorId === principal.id && Date.parse(stored.createdAt) === now;
		if (!mine)
			throw new ProblemError(409, CONFLICT, [{ parameter: 'base', message: `version ${number} is there already` }]);
		return stored;
	});
}

/** One version of a filter; 404 where it has none of that number. */
export async function versionOf(locals: FilterLocals, filter: StoredFilter, number: number): Promise<WholeVersion> {
	const found = (await readVersions(locals.store, filter.id)).find(({ version }) => version === number);
	if (found === undefined)
		throw new ProblemError(404, `The filter has no version ${number}; its newest is ${filter.newest}.`);
	return found;
}

/** A stored version, checked again as it was then. */
export function checkStored({ text, environment }: Pick<WholeVersion, 'text' | 'environment'>): CheckedText {
	return checkText(text, thawed(readFrozen(environment)));
}

async function changeState(
	locals: FilterLocals,
	filter: StoredFilter,
	state: FilterState,
	more: { version: number; by: string; reason: string; expected: StoredFilter['expected'] },
): Promise<StoredFilter> {
	// two changes within a millisecond keep their order
	const atMs = Math.max(Date.now(), Date.parse(filter.at) + 1);
	await insertState(locals.store, filter.id, { state, ...more }, atMs);
	return filterOf(locals, filter.id);
}

/** The band that stays when a version goes live: its owner's, and a computed one of the same version. */
function keptBand(
	{ expected, version }: Pick<StoredFilter, 'expected' | 'version'>,
	next: number,
): ExpectedBand | null {
	// one of before it was recorded may be its owner's
	return expected?.by === 'computed' && version !== next ? null : expected;
}

/** Makes a version the one that runs, unless the gate refuses it. */
export async function activateFilter(
	locals: FilterLocals,
	id: string,
	number: number | undefined,
): Promise<{ filter: StoredFilter; gate: GateResult }> {
	const { filter, principal } = await ownFilter(locals, id);
	if (filter.block) throw new ProblemError(409, 'A block is there to be imported: it does not run by itself.');
	if (filter.state === 'retired') throw new ProblemError(409, 'This filter is retired: make a new one from it.');
	const version = await versionOf(locals, filter, number ?? filter.newest);
	const { filter: checked } = checkStored(version);
	const broken = await exampleProblem(locals.store, version.grants, checked, version);
	if (broken !== null) throw broken;
	const scope = { origin: locals.scope.origin, grants: version.grants };
	const gate =
		filter.ownerId === SYSTEM_OWNER
			? { open: true, reason: 'System filters may pass what they like.', night: null }
			: await askGate(locals.store, scope, checked, locals.config.filterGate);
	if (!gate.open) {
		throw new ProblemError(
			422,
			gate.reason,
			gate.night?.funnel.map(({ condition, left }) => ({ parameter: condition, message: `${left} left` })),
		);
	}
	const expected = keptBand(filter, version.version) ?? (await expectedBand(locals.store, scope, checked));
	const changed = await changeState(locals, filter, 'live', {
		version: version.version,
		by: principal.id,
		reason: gate.reason,
		expected,
	});
	return { filter: changed, gate };
}

/** What may be changed of a filter without a new version; what is left away stays. */
export interface FilterChange {
	readonly name?: string | undefined;
	readonly meaning?: string | undefined;
	readonly visibility?: Visibility | undefined;
	readonly group?: string | undefined;
	readonly topic?: string | null | undefined;
	readonly expected?: { readonly low: number; readonly high: number } | null | undefined;
}

/** Changes what a filter is called, who sees it, where its hits go, and what is expected of it. */
export async function changeFilter(locals: FilterLocals, id: string, change: FilterChange): Promise<StoredFilter> {
	const { filter, principal } = await ownFilter(locals, id);
	if (filter.ownerId === SYSTEM_OWNER) {
		throw new ProblemError(409, 'A system filter is what its file says: make one of your own from it.');
	}
	const name = change.name ?? filter.name;
	const wrong = nameProblem(name);
	if (wrong !== '') throw new ProblemError(400, wrong, [{ parameter: 'name', message: wrong }]);
	const visibility = change.visibility ?? filter.visibility;
	const group = visibility === 'group' ? (change.group ?? filter.groupId) : '';
	if (visibility === 'group' && !principal.groups.includes(group)) {
		throw new ProblemError(400, 'Name one of your groups, or make the filter private or public.');
	}
	// blocks are imported by their names
	if (filter.block && name.trim() !== filter.name) {
		throw new ProblemError(409, 'Others import a block by its name: it stays as it is.');
	}
	const topic =
		change.topic === undefined || change.topic === filter.topic ? filter.topic : await askedTopic(locals, change.topic);
	const { expected } = change;
	if (expected && expected.low > expected.high) {
		throw new ProblemError(400, 'The band of what is expected goes from the smaller to the larger number.');
	}
	const { meaning = filter.meaning } = change;
	const { ownerId, block, forkedFrom } = filter;
	await insertFilter(
		locals.store,
		{ id, name: name.trim(), topic, meaning, ownerId, visibility, groupId: group, block, forkedFrom },
		Date.now(),
	);
	// a form sends the band as it stands with whatever else was changed: that sets none
	if (expected === undefined || sameBand(expected, filter.expected)) return filterOf(locals, id);
	const { state, version, reason } = filter;
	return changeState(locals, filter, state, {
		version,
		by: principal.id,
		reason,
		expected: expected && { ...expected, by: 'owner' },
	});
}

function sameBand(one: FilterChange['expected'], other: StoredFilter['expected']): boolean {
	return one?.low === other?.low && one?.high === other?.high;
}

/** Makes a draft of one's own from a version of a filter that one may see; of the newest unless told. */
export async function forkFilter(locals: FilterLocals, id: string, number?: number): Promise<StoredFilter> {
	const principal = mayAct(locals);
	const filter = await filterOf(locals, id);
	const { version, text } = await versionOf(locals, filter, number ?? filter.newest);
	return createFilter(locals, {
		...{ text, changelog: `Made from version ${version} of ${filter.name}`, mustPass: [], mustFail: [] },
		...{ name: `${filter.name}, by ${principal.name}`.slice(0, 100), topic: null, meaning: filter.meaning },
		...{ visibility: 'private', groupId: '', block: false, forkedFrom: `${id}@${version}` },
	});
}

/** Stops a filter until it is activated again. */
export async function pauseFilter(locals: FilterLocals, id: string, reason = ''): Promise<StoredFilter> {
	const { filter, principal } = await ownFilter(locals, id);
	if (filter.state !== 'live' && filter.state !== 'setAside') {
		throw new ProblemError(409, `Only a filter that runs can be paused; this one is ${WORDS[filter.state]}.`);
	}
	const { version, expected } = filter;
	return changeState(locals, filter, 'paused', { version, by: principal.id, reason, expected });
}

/** Ends a filter for good; versions and hits stay. */
export async function retireFilter(locals: FilterLocals, id: string, reason = ''): Promise<StoredFilter> {
	const { filter, principal } = await ownFilter(locals, id);
	if (filter.state === 'retired') throw new ProblemError(409, 'This filter is retired already.');
	const { version, expected } = filter;
	return changeState(locals, filter, 'retired', { version, by: principal.id, reason, expected });
}

/** Takes a filter away that never ran. */
export async function deleteFilter(locals: FilterLocals, id: string): Promise<void> {
	const { filter, principal } = await ownFilter(locals, id);
	if (filter.everLive) {
		throw new ProblemError(409, 'This filter has run: its versions and hits are a record. Retire it instead.');
	}
	const users = filter.block ? ((await readBlockUsers(locals.store)).get(filter.name) ?? 0) : 0;
	if (users > 0) {
		// its name would be free for another block, and their next versions would mean that one
		throw new ProblemError(
			409,
			`${users === 1 ? 'A filter imports' : `${users} filters import`} this block, and could not be changed without it. Retire it instead.`,
		);
	}
	const atMs = Math.max(Date.now(), Date.parse(filter.at) + 1);
	const change = { state: 'deleted', version: 0, reason: '', by: principal.id, expected: null } as const;
	await insertState(locals.store, id, change, atMs);
}

/** States as people say them. */
export const WORDS: Readonly<Record<FilterState, string>> = {
	draft: 'a draft',
	live: 'running',
	paused: 'paused',
	retired: 'retired',
	setAside: 'set aside',
	deleted: 'deleted',
};
