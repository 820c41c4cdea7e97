import { deserialize } from '$app/forms';
import type { Label, Verdict } from '#lib/alert/label.ts';

/** What a scan says of one candidate. */
export interface Decision {
	readonly verdict: Verdict;
	readonly interesting: boolean;
	readonly class: string;
}

export const UNDECIDED: Decision = { verdict: '', interesting: false, class: '' };

interface Target {
	readonly survey: string;
	readonly objectId: string;
	readonly alertId: string;
}

/** Decisions of a scan: kept here at once, sent one after the other, and sent again until they are kept. */
export class Decisions {
	/** One a candidate. */
	readonly made: Decision[] = $state([]);
	/** How many are not kept yet. */
	waiting = $state(0);
	/** Why the last one was not kept, '' when all is well. */
	problem = $state('');
	readonly #queue: { target: Target; decision: Decision }[] = [];
	readonly #past: { index: number; before: Decision }[] = [];
	#sending = false;

	constructor(
		readonly source: string,
		labels: readonly (Label | null)[],
		readonly send: typeof fetch,
	) {
		this.made = labels.map((label) =>
			label === null ? UNDECIDED : { verdict: label.verdict, interesting: label.interesting, class: label.class },
		);
	}

	decide(index: number, target: Target, change: Partial<Decision>): void {
		const before = this.made[index] ?? UNDECIDED;
		this.#past.push({ index, before });
		this.#keep(index, target, { ...before, ...change });
	}

	/** Takes the last decision back; the place it was made at, or null. */
	undo(targetOf: (index: number) => Target | undefined): number | null {
		const last = this.#past.pop();
		const target = last && targetOf(last.index);
		if (last === undefined || target === undefined) return null;
		this.#keep(last.index, target, last.before);
		return last.index;
	}

	#keep(index: number, target: Target, decision: Decision): void {
		this.made[index] = decision;
		this.#queue.push({ target, decision });
		this.waiting = this.#queue.length;
		void this.flush();
	}

	/** Sends what waits. */
	async flush(): Promise<void> {
		if (this.#sending) return;
		this.#sending = true;
		try {
			for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
				const problem = await this.#sendOne(next);
				if (problem !== null) {
					this.problem = problem;
					return;
				}
				this.problem = '';
				this.#queue.shift();
				this.waiting = this.#queue.length;
			}
		} finally {
			this.#sending = false;
		}
	}

	async #sendOne({ target, decision }: { target: Target; decision: Decision }): Promise<string | null> {
		const body = new FormData();
		for (const [name, value] of Object.entries(target)) body.set(name, String(value));
		body.set('verdict', decision.verdict);
		body.set('interesting', decision.interesting ? '1' : '0');
		body.set('class', decision.class);
		body.set('source', this.source);
		return postAction(this.send, '/scan?/decide', body);
	}
}

/** Sends a form of this page from script; null when it was done, else why not. */
export async function postAction(send: typeof fetch, action: string, body: FormData): Promise<string | null> {
	try {
		const answer = await send(action, { method: 'POST', body, headers: { 'x-sveltekit-action': 'true' } });
		if (answer.status === 403) return 'The portal refused it: open the page anew.';
		const result = deserialize(await answer.text());
		if (result.type === 'failure') {
			const problem: unknown = result.data?.['problem'];
			return typeof problem === 'string' ? problem : 'It was refused.';
		}
		return result.type === 'error' ? 'The portal could not keep it.' : null;
	} catch {
		return 'The portal does not answer.';
	}
}
