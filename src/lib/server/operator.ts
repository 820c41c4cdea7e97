import { readCatalogs } from '#clickhouse/read/catalogs.ts';
import { readLetterBytes, readShownLetters, type ShownLetter } from '#clickhouse/read/deadLetters.ts';
import { readDeadLetters } from '#clickhouse/read/status.ts';
import { readWorkers } from '#clickhouse/read/workers.ts';
import { StoreError, type Store } from '#clickhouse/store.ts';
import { workerState } from '#lib/alert/workerState.ts';
import { readModelViews } from './models.ts';

/** How the stations of the ingest stand, for the operator. */
export interface Stations {
	readonly streams: readonly {
		readonly writer: string;
		readonly lag: number;
		readonly perSecond: number | null;
		readonly state: ReturnType<typeof workerState>;
	}[];
	readonly models: readonly {
		readonly name: string;
		readonly version: string;
		readonly state: string;
		readonly problem: string;
		readonly done: number;
		readonly notDone: number;
	}[];
	readonly catalogs: readonly {
		readonly name: string;
		readonly release: string;
		readonly rows: number;
		readonly addedAt: string;
	}[];
	readonly deadLetters: readonly { readonly kind: string; readonly count: number }[];
}

/** What `ask` gives, or null while the store is away: pages of operators are shown then, too. */
async function unlessAway<Result>(ask: () => Promise<Result>): Promise<Result | null> {
	try {
		return await ask();
	} catch (error) {
		if (!(error instanceof StoreError)) throw error;
		console.error('The store refused a page of the operator:', error.message);
		return null;
	}
}

/** The stations of the ingest; null while the store is away. */
export function readStations(locals: Pick<App.Locals, 'store' | 'scope' | 'config'>): Promise<Stations | null> {
	const { store } = locals;
	return unlessAway(async () => {
		const [streams, models, catalogs, deadLetters] = await Promise.all([
			readWorkers(store),
			'scope' in locals ? readModelViews(locals) : [],
			readCatalogs(store),
			readDeadLetters(store),
		]);
		return {
			streams: streams.map((one) => ({
				writer: one.writer,
				lag: one.lag,
				perSecond: one.perSecond,
				state: workerState(one),
			})),
			models: models.map(({ name, version, state, problem, done, notDone }) => ({
				...{ name, version, state, problem, done, notDone },
			})),
			catalogs: catalogs.map(({ name, release, rows, addedAt }) => ({ name, release, rows, addedAt })),
			deadLetters,
		};
	});
}

/** Dead letters, newest first, with how many there are of each kind; null while the store is away. */
export function readSetAside(
	store: Store,
	choice: { readonly kind: string; readonly source: string; readonly beforeMs: number | null; readonly most: number },
): Promise<{ letters: ShownLetter[]; kinds: { kind: string; count: number }[] } | null> {
	return unlessAway(async () => {
		const [letters, kinds] = await Promise.all([readShownLetters(store, choice), readDeadLetters(store)]);
		return { letters, kinds };
	});
}

/** The bytes of one dead letter; null where they were not kept whole. */
export async function readSetAsideBytes(
	store: Store,
	place: { readonly source: string; readonly partition: string; readonly offset: bigint },
): Promise<Buffer | null> {
	const [found] = await readLetterBytes(store, place, [place.offset]);
	return found?.bytes ?? null;
}
