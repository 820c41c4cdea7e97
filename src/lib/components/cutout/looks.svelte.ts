import { isUsual, parseLooks, USUAL_LOOKS, type Looks } from './looks.ts';

const NAME = 'nightjar-cutouts';

/** How the reader looks at cutouts, kept in this browser and nowhere else. */
export class KeptLooks {
	#now = $state.raw<Looks>(USUAL_LOOKS);

	get now(): Looks {
		return this.#now;
	}

	/** Takes what an earlier visit kept; in the browser alone. */
	recall(): void {
		try {
			this.#now = parseLooks(localStorage.getItem(NAME));
		} catch {
			// a browser that keeps nothing shows what is usual
		}
	}

	/** Looks another way, and keeps it; what is usual is not kept. */
	set(looks: Looks): void {
		this.#now = looks;
		try {
			if (isUsual(looks)) localStorage.removeItem(NAME);
			else localStorage.setItem(NAME, JSON.stringify(looks));
		} catch {
			// it holds until the page is left
		}
	}

	reset(): void {
		this.set(USUAL_LOOKS);
	}
}
