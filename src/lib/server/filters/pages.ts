import { fail, redirect, type ActionFailure } from '@sveltejs/kit';
import { StoreError } from '#clickhouse/store.ts';
import { storeProblem } from '../answer.ts';
import { readQuery } from '../params.ts';
import { forPage } from '../portal.ts';
import { ProblemError, type Problem } from '../problem.ts';
import { kafkaOf } from '../streams.ts';
import { groupsOf } from './groups.ts';
import { hitPage, hitQueryFrom } from './hitList.ts';
import { nightsBefore, readNewestNight } from '#clickhouse/read/nights.ts';
import { VISIBILITIES } from '#lib/filter/stored.ts';
import type { Trial } from '#lib/filter/trial.ts';
import type { OutputView } from '../deliver/output.ts';
import { actOnOutput, createOutput, deleteOutput, listOutputs, ownMarshals } from './outputs.ts';
import { beginTrial, cancelTrial, trialsOf } from './trials.ts';
import {
	activateFilter,
	addVersion,
	changeFilter,
	deleteFilter,
	filterOf,
	forkFilter,
	pauseFilter,
	retireFilter,
	type FilterChange,
	type VersionDraft,
} from './library.ts';
import type { FilterLocals } from './locals.ts';
import { hitsSchema } from './schemas.ts';
import { readDetail, readLibrary, type FilterDetail, type FilterSummary } from './views.ts';
import type { HitView } from '#clickhouse/read/hits.ts';
import type { Page } from '#lib/alert/views.ts';

/** What the library shows. */
export async function loadLibrary(locals: FilterLocals): Promise<FilterSummary[]> {
	return forPage(() => readLibrary(locals));
}

/** What the page of a filter shows: all of it and one page of hits. */
export interface FilterPage extends FilterDetail {
	readonly hits: Page<HitView>;
	readonly night: string | null;
	readonly version: number | null;
	readonly origin: string;
	/** Address of the portal as readers see it. */
	readonly server: string;
	/** Its Kafka topic in full, null without one; and whether this installation sends to Kafka. */
	readonly kafka: { readonly topic: string | null; readonly isOn: boolean };
	readonly signedIn: boolean;
	readonly trials: readonly Trial[];
	readonly trialNights: { readonly from: string; readonly to: string };
	readonly outputs: readonly OutputView[];
	/** Marshals of whoever looks, that take candidates. */
	readonly marshals: readonly { readonly id: string; readonly name: string }[];
	/** Groups of whoever looks. */
	readonly groups: readonly { readonly id: string; readonly name: string }[];
}

const HITS = 24;
const OUTPUT_KINDS = ['webhook', 'email', 'marshal'] as const;

/** One filter with a page of its hits, of the night and version that the address names. */
export async function loadFilter(
	locals: FilterLocals & Pick<App.Locals, 'cursorKey'>,
	id: string,
	url: URL,
): Promise<FilterPage> {
	return forPage(async () => {
		const given = readQuery(hitsSchema, url);
		const filter = await filterOf(locals, id);
		const [detail, hits, trials, newest] = await Promise.all([
			readDetail(locals, filter),
			hitPage(locals, filter, hitQueryFrom(given), { limit: HITS, cursor: given.cursor }),
			trialsOf(locals, filter.id, 3),
			readNewestNight(locals.store, locals.scope),
		]);
		const to = newest ?? '2026-01-01';
		const { topic, isOn } = kafkaOf(locals, filter.topic ?? '');
		return {
			...detail,
			...{ hits, trials, night: given.night ?? null, version: given.version ?? null },
			...{ origin: locals.scope.origin, server: locals.config.publicOrigin ?? url.origin },
			kafka: { topic: filter.topic === null ? null : topic, isOn },
			signedIn: locals.principal !== null,
			trialNights: { from: nightsBefore(to, 6), to },
			outputs: listOutputs(locals, filter),
			marshals: ownMarshals(locals),
			groups: groupsOf(locals),
		};
	});
}

/** What a form of the page answers when it could not do what it was asked. */
export interface Refused {
	readonly problem: Problem;
	/** What was typed, so that nothing is lost. */
	readonly typed: Readonly<Record<string, string>>;
}

async function attempt(
	form: FormData,
	act: () => Promise<unknown>,
): Promise<ActionFailure<Refused> | { readonly done: unknown }> {
	const typed = Object.fromEntries(
		[...form].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
	);
	try {
		return { done: await act() };
	} catch (error) {
		if (error instanceof ProblemError) return fail(error.problem.status, { problem: error.problem, typed });
		if (error instanceof StoreError) {
			console.error('The store refused a form:', error.message);
			const problem = storeProblem(error);
			return fail(problem.status, { problem, typed });
		}
		throw error;
	}
}

const textOf = (form: FormData, name: string): string => {
	const value = form.get(name);
	return typeof value === 'string' ? value : '';
};

const wordsOf = (form: FormData, name: string): string[] =>
	textOf(form, name)
		.split(/[\s,]+/)
		.filter(Boolean);

function draftOf(form: FormData): VersionDraft {
	return {
		// browsers send line ends as CR LF
		text: textOf(form, 'text').replaceAll('\r\n', '\n'),
		changelog: textOf(form, 'changelog').slice(0, 2000),
		mustPass: wordsOf(form, 'mustPass'),
		mustFail: wordsOf(form, 'mustFail'),
	};
}

function changeOf(form: FormData): FilterChange {
	const ends = [textOf(form, 'low').trim(), textOf(form, 'high').trim()];
	const [low = Number.NaN, high = Number.NaN] = ends.map(Number);
	const given = ends.every((text) => text !== '');
	if (given && !(low >= 0 && high >= 0 && Number.isFinite(low + high))) {
		throw new ProblemError(400, 'The band of what is expected is two numbers, or nothing.');
	}
	return {
		name: textOf(form, 'name'),
		meaning: textOf(form, 'meaning').slice(0, 2000),
		visibility: VISIBILITIES.find((word) => word === textOf(form, 'visibility')),
		group: textOf(form, 'group'),
		topic: textOf(form, 'topic').trim() === '' ? null : textOf(form, 'topic').trim(),
		expected: given ? { low, high } : null,
	};
}

type FormEvent = {
	readonly locals: FilterLocals;
	readonly params: { readonly id: string };
	readonly request: Request;
};

async function changeOutput(locals: FilterLocals, id: string, form: FormData): Promise<void> {
	const output = textOf(form, 'output');
	const action = textOf(form, 'action');
	if (action === 'remove') deleteOutput(locals, id, output);
	else if (action === 'on' || action === 'off' || action === 'retry' || action === 'test') {
		await actOnOutput(locals, id, output, action);
	} else throw new ProblemError(400, 'This form asks for something that an output cannot do.');
}

const PLACES: Readonly<Record<string, string>> = { try: '#test', cancelTry: '#test', outputAct: '#outputs' };

/** A form of the page of a filter: what it does, by name. */
export async function actOnFilter(
	action:
		'activate' | 'pause' | 'retire' | 'remove' | 'version' | 'fork' | 'settings' | 'try' | 'cancelTry' | 'outputAct',
	{ locals, params, request }: FormEvent,
): Promise<ActionFailure<Refused> | undefined> {
	const form = await request.formData();
	const { id } = params;
	const number = Number(textOf(form, 'version')) || undefined;
	const reason = textOf(form, 'reason').slice(0, 500);
	const acts = {
		activate: () => activateFilter(locals, id, number),
		pause: () => pauseFilter(locals, id, reason),
		retire: () => retireFilter(locals, id, reason),
		remove: () => deleteFilter(locals, id),
		version: () => addVersion(locals, id, draftOf(form), Number(textOf(form, 'base'))),
		fork: () => forkFilter(locals, id, number),
		settings: () => changeFilter(locals, id, changeOf(form)),
		try: () =>
			beginTrial(locals, {
				...{ filterId: id, version: number, text: null, survey: '' },
				...{ nightFrom: textOf(form, 'nightFrom'), nightTo: textOf(form, 'nightTo') },
			}),
		cancelTry: () => cancelTrial(locals, textOf(form, 'trial')),
		outputAct: () => changeOutput(locals, id, form),
	};
	const answer = await attempt(form, async () => (acts[action] as () => Promise<unknown>)());
	if (!('done' in answer)) return answer;
	if (action === 'remove') return redirect(303, '/filters');
	const made = answer.done;
	const page = action === 'fork' && typeof made === 'object' && made !== null && 'id' in made ? String(made.id) : id;
	return redirect(303, `/filters/${page}${PLACES[action] ?? ''}`);
}

/** The form that makes an output: its answer holds what is shown once. */
export async function askFilter({
	locals,
	params,
	request,
}: FormEvent): Promise<ActionFailure<Refused> | { readonly secret: string | null }> {
	const form = await request.formData();
	let secret: string | null = null;
	const answer = await attempt(form, async () => {
		const made = await createOutput(locals, params.id, {
			kind: OUTPUT_KINDS.find((kind) => kind === textOf(form, 'kind')) ?? 'webhook',
			// of a marshal: the link, and the number of its own filter
			address: `${textOf(form, 'address').trim()} ${textOf(form, 'marshalFilter').trim()}`.trim(),
			everyMinutes: Math.min(10_080, Math.max(5, Math.round(Number(textOf(form, 'everyMinutes')) || 1440))),
		});
		secret = made.secret;
	});
	return 'done' in answer ? { secret } : answer;
}
