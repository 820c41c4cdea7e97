import { SvelteMap } from 'svelte/reactivity';

interface Target {
	readonly survey: string;
	readonly objectId: string;
}

/** What became of an object on its way to the marshals of the reader. */
export interface Outcome {
	readonly state: 'sending' | 'saved' | 'failed';
	readonly words: string;
	/** Whether it waits for the reader to choose a group that one key saves to. */
	readonly choose?: boolean;
}

/** What was sent of one object, and to whom it must go again: no marshal named means all of them. */
interface Errand {
	readonly target: Target;
	readonly text: string;
	readonly links: readonly string[];
}

interface Answer {
	readonly detail?: string;
	readonly sent?: readonly {
		readonly link: string;
		readonly marshal: string;
		readonly groups: readonly string[];
		readonly problem: string | null;
		readonly warning: string | null;
	}[];
}

/** Saves of a scan to the groups of one key: what fails stays, with its comment, until it is sent again. */
export class Saves {
	/** By SURVEY/OBJECT. */
	readonly #outcomes = new SvelteMap<string, Outcome>();
	readonly #failed = new SvelteMap<string, Errand>();

	constructor(
		readonly send: typeof fetch,
		readonly address: () => string,
	) {}

	/** What became of an object, null where it was not sent. */
	of({ survey, objectId }: Target): Outcome | null {
		return this.#outcomes.get(`${survey}/${objectId}`) ?? null;
	}

	/** How many are not there yet, why the first is not, and whether a group has to be chosen for it. */
	get failed(): { readonly count: number; readonly words: string; readonly choose: boolean } {
		const [first] = this.#failed.keys();
		const outcome = first === undefined ? undefined : this.#outcomes.get(first);
		return { count: this.#failed.size, words: outcome?.words ?? '', choose: outcome?.choose ?? false };
	}

	/** Saves an object, with a comment where there is one. */
	async save(target: Target, text: string): Promise<void> {
		await this.#run({ target, text, links: [] });
	}

	/** Sends what failed again. */
	async again(): Promise<void> {
		for (const errand of [...this.#failed.values()]) await this.#run(errand);
	}

	async #run(errand: Errand): Promise<void> {
		const { survey, objectId } = errand.target;
		const key = `${survey}/${objectId}`;
		if (this.#outcomes.get(key)?.state === 'sending') return;
		this.#outcomes.set(key, { state: 'sending', words: `Saving ${objectId} …` });
		const body = new FormData();
		for (const [name, value] of Object.entries({ survey, objectId, text: errand.text })) body.set(name, value);
		for (const link of errand.links) body.append('link', link);
		const fail = (words: string, links: readonly string[], choose = false): void => {
			this.#outcomes.set(key, { state: 'failed', words, choose });
			this.#failed.set(key, { ...errand, links });
		};
		try {
			const answer = await this.send(this.address(), { method: 'POST', body });
			const { sent = [], detail = 'It was not saved.' } = (await answer.json()) as Answer;
			const refused = sent.filter(({ problem }) => problem !== null);
			if (answer.status === 409) fail('no group is chosen that one key saves to.', errand.links, true);
			else if (sent.length === 0) fail(detail, errand.links);
			else if (refused.length > 0) {
				const words = refused.map(({ marshal, problem }) => `${objectId} on ${marshal}: ${problem ?? ''}`);
				fail(
					words.join(' '),
					refused.map(({ link }) => link),
				);
			} else {
				const words = sent.map(
					({ marshal, groups, warning }) =>
						`${objectId} is saved on ${marshal}: ${groups.join(', ')}.${warning === null ? '' : ` ${warning}`}`,
				);
				this.#outcomes.set(key, { state: 'saved', words: words.join(' ') });
				this.#failed.delete(key);
			}
		} catch {
			fail(`The portal does not answer: ${objectId} may not be saved.`, errand.links);
		}
	}
}
