import { randomBytes } from 'node:crypto';
import { readNewAlerts } from '#clickhouse/read/alerts.ts';
import { readAreaObjects } from '#clickhouse/read/areaObjects.ts';
import { matchPositions } from '#clickhouse/read/matchPositions.ts';
import { isAhead, readWatermark, type Watermark } from '#clickhouse/read/watermark.ts';
import type { Store } from '#clickhouse/store.ts';
import type { AccessScope } from '#lib/alert/object.ts';
import type { Origin } from '#lib/alert/survey.ts';
import type { AlertRow } from '#lib/alert/views.ts';
import { type AccountsDatabase, unixNow } from '../accounts/database.ts';
import { grantsOf } from '../accounts/user.ts';
import { areaComparer, type Comparer, objectComparer, positionComparer } from './compare.ts';
import { areaOf, type ListKind, objectsOf, positionsOf } from './list.ts';
import { addNotices, type Occasion, type WatchRow, watchesToFollow } from './notice.ts';

const PAUSE_MS = 2000;
const LEASE_SECONDS = 60;
/** Batches of a writer that are compared in one step. */
const BATCHES_A_STEP = 200n;
const POSITIONS_A_STEP = 1000;
const RANGES_A_STEP = 200;
const MATCHES_OF_PLACE = 100;
const MOST_MATCHES = 100_000;

interface FollowedList {
	readonly id: string;
	readonly ownerId: string;
	readonly kind: ListKind;
	readonly origin: Origin;
	readonly changedAt: number;
	readonly entries: number;
	readonly state: string;
}

/** The scope in which something of somebody's runs: their rights as they are now; null for an account that is gone or shut out. */
export function scopeOfOwner(database: AccountsDatabase, ownerId: string, origin: Origin): AccessScope | null {
	if (ownerId === 'local') return { origin, grants: [] };
	const user = database.get('SELECT 1 FROM users WHERE id = ? AND disabled_at IS NULL', ownerId);
	return user === undefined ? null : { origin, grants: grantsOf(database, ownerId) };
}

/** Somebody's lists and watches that are seen through one scope. */
interface Channel {
	readonly scope: AccessScope;
	readonly lists: {
		readonly list: FollowedList;
		readonly compare: Comparer;
		/** The list's own: its matches are kept. Of others only their notices are, seen through their own rights. */
		readonly keep: boolean;
		readonly watches: readonly WatchRow[];
	}[];
	/** Watches of objects by SURVEY/OBJECT. */
	readonly objects: Map<string, WatchRow[]>;
}

/** Compares new alerts with what people keep, and what is new of that with all alerts: one process at a time, behind the ingest. */
export class Follower {
	readonly #holder = randomBytes(8).toString('hex');
	readonly #comparers = new Map<string, { changedAt: number; compare: Comparer }>();

	constructor(
		readonly database: AccountsDatabase,
		readonly store: Store,
	) {}

	/** One round: a step of the stream, then at most one list against what was there before. True when there is more to do. */
	async round(): Promise<boolean> {
		if (!this.#hold()) return false;
		const more = await this.#stream();
		return (!more && (await this.#history())) || more;
	}

	/** Lets another process go on at once. */
	release(): void {
		this.database.run('UPDATE follow_state SET until = 0 WHERE holder = ?', this.#holder);
	}

	#hold(): boolean {
		return (
			this.database.run(
				'UPDATE follow_state SET holder = ?1, until = ?2 WHERE holder = ?1 OR until < ?3',
				this.#holder,
				unixNow() + LEASE_SECONDS,
				unixNow(),
			) === 1
		);
	}

	#reached(): Watermark | null {
		const text = this.database.get<{ watermark: string }>('SELECT watermark FROM follow_state')?.watermark ?? '';
		return text === '' ? null : (JSON.parse(text) as Watermark);
	}

	#reach(watermark: Watermark): void {
		this.database.run('UPDATE follow_state SET watermark = ?', JSON.stringify(watermark));
	}

	#lists(states: readonly string[]): FollowedList[] {
		return this.database.all<FollowedList>(
			`SELECT id, owner_id AS ownerId, kind, origin, changed_at AS changedAt, entries, state FROM lists
			 WHERE state IN (SELECT value FROM json_each(?)) ORDER BY changed_at`,
			JSON.stringify(states),
		);
	}

	#comparerOf(list: FollowedList): Comparer {
		const known = this.#comparers.get(list.id);
		if (known?.changedAt === list.changedAt) return known.compare;
		const area = list.kind === 'area' ? areaOf(this.database, list.id) : null;
		const compare =
			list.kind === 'positions'
				? positionComparer(positionsOf(this.database, list.id))
				: area === null
					? objectComparer(objectsOf(this.database, list.id))
					: areaComparer(area);
		this.#comparers.set(list.id, { changedAt: list.changedAt, compare });
		return compare;
	}

	#channels(): Channel[] {
		const channels = new Map<string, Channel>();
		const channelOf = (ownerId: string, origin: Origin): Channel | null => {
			const scope = scopeOfOwner(this.database, ownerId, origin);
			if (scope === null) return null;
			const key = JSON.stringify(scope);
			const channel = channels.get(key) ?? { scope, lists: [], objects: new Map<string, WatchRow[]>() };
			channels.set(key, channel);
			return channel;
		};
		const followed = this.#lists(['following']);
		for (const id of [...this.#comparers.keys()]) {
			if (!followed.some((list) => list.id === id)) this.#comparers.delete(id);
		}
		const watches = watchesToFollow(this.database, 'list');
		for (const list of followed) {
			const compare = this.#comparerOf(list);
			const of = watches.filter(({ subject }) => subject === list.id);
			const own = of.filter(({ ownerId }) => ownerId === list.ownerId);
			channelOf(list.ownerId, list.origin)?.lists.push({ list, compare, keep: true, watches: own });
			for (const watch of of) {
				if (watch.ownerId === list.ownerId || !maySee(this.database, watch.ownerId, list.id)) continue;
				channelOf(watch.ownerId, list.origin)?.lists.push({ list, compare, keep: false, watches: [watch] });
			}
		}
		for (const watch of watchesToFollow(this.database, 'object')) {
			const objects = channelOf(watch.ownerId, watch.origin)?.objects;
			if (objects === undefined) continue;
			objects.set(watch.subject, [...(objects.get(watch.subject) ?? []), watch]);
		}
		return [...channels.values()];
	}

	/** Compares the next batches; the place reached and what was found are kept in one transaction, so that nothing is told twice. */
	async #stream(): Promise<boolean> {
		const newest = await readWatermark(this.store);
		const from = this.#reached();
		const channels = this.#channels();
		if (from === null || channels.length === 0) {
			this.#reach(newest);
			return false;
		}
		if (!isAhead(newest, from)) return false;
		const to = Object.fromEntries(
			Object.entries(newest).map(([writer, number]) => {
				const most = BigInt(from[writer] ?? 0) + BATCHES_A_STEP;
				return [writer, BigInt(number) < most ? number : String(most)];
			}),
		);
		const found: Found[] = [];
		for (const channel of channels) {
			let at = from;
			while (isAhead(to, at)) {
				const { rows, reached } = await readNewAlerts(this.store, channel.scope, { from: at, to });
				found.push(...meetings(channel, rows));
				at = reached;
			}
		}
		if (!this.#hold()) return false;
		this.database.transaction(() => {
			this.#keep(found);
			this.#reach(to);
		});
		return isAhead(newest, to);
	}

	#keep(found: readonly Found[]): void {
		const told = new Map<string, { watch: WatchRow; occasions: Occasion[] }>();
		for (const one of found) {
			if (one.keep !== null) this.#keepMatch(one.keep, one, true);
			for (const watch of one.watches) {
				const entry = told.get(watch.id) ?? { watch, occasions: [] };
				entry.occasions.push({ alert: one.alert, why: one.why });
				told.set(watch.id, entry);
			}
		}
		for (const { watch, occasions } of told.values()) addNotices(this.database, watch, occasions);
	}

	#keepMatch(
		listId: string,
		{
			alert,
			place,
			sepArcsec,
		}: Pick<Found, 'place' | 'sepArcsec'> & { alert: Pick<AlertRow, 'survey' | 'objectId' | 'alertId' | 'mjd'> },
		live: boolean,
	): void {
		this.database.run(
			`INSERT INTO list_matches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
			 ON CONFLICT DO UPDATE SET sep_arcsec = excluded.sep_arcsec, alert_id = excluded.alert_id, mjd = excluded.mjd, live = excluded.live,
				matched_at = excluded.matched_at WHERE excluded.mjd > list_matches.mjd`,
			listId,
			alert.survey,
			alert.objectId,
			place,
			sepArcsec,
			alert.alertId,
			alert.mjd,
			live ? 1 : 0,
			unixNow(),
		);
	}

	/** One waiting list against all that was published up to where the stream was followed, so that nothing falls between. */
	async #history(): Promise<boolean> {
		const watermark = this.#reached();
		const [list] = this.#lists(['waiting', 'running']);
		if (list === undefined || watermark === null) return false;
		const scope = scopeOfOwner(this.database, list.ownerId, list.origin);
		try {
			if (scope !== null) {
				const steps =
					list.kind === 'area' ? this.#areaSteps(list, scope, watermark) : this.#placeSteps(list, scope, watermark);
				if (!(await this.#runSteps(list, steps))) return true;
			}
			this.#setState(list, 'following', '');
		} catch (error) {
			const problem = error instanceof Error ? error.message : 'unknown';
			console.error(`The list ${list.id} could not be matched:`, problem);
			this.#setState(
				list,
				'failed',
				'The store could not answer. Begin again, or with fewer positions or a smaller area.',
			);
		}
		return true;
	}

	/** Sets a state unless the list was changed meanwhile: then its next match is on the way already. */
	#setState(list: FollowedList, state: string, problem: string): void {
		this.database.run(
			'UPDATE lists SET state = ?, problem = ? WHERE id = ? AND changed_at = ?',
			state,
			problem,
			list.id,
			list.changedAt,
		);
	}

	async #runSteps(list: FollowedList, steps: readonly (() => Promise<HistoryMatch[]>)[]): Promise<boolean> {
		let matches = 0;
		for (const [i, step] of steps.entries()) {
			const running = this.database.run(
				"UPDATE lists SET state = 'running', done = ?, steps = ? WHERE id = ? AND changed_at = ? AND state IN ('waiting', 'running')",
				i,
				steps.length,
				list.id,
				list.changedAt,
			);
			// changed, stopped or deleted meanwhile; or another process took over
			if (running === 0 || !this.#hold()) return false;
			const found = await step();
			this.database.transaction(() => {
				for (const one of found.slice(0, Math.max(0, MOST_MATCHES - matches))) this.#keepMatch(list.id, one, false);
			});
			matches += found.length;
		}
		this.database.run('UPDATE lists SET done = steps WHERE id = ? AND changed_at = ?', list.id, list.changedAt);
		return true;
	}

	#placeSteps(list: FollowedList, scope: AccessScope, watermark: Watermark): (() => Promise<HistoryMatch[]>)[] {
		// like radii together: a step looks as far as its widest
		const places = positionsOf(this.database, list.id).sort((a, b) => a.radiusArcsec - b.radiusArcsec);
		const steps = [];
		for (let at = 0; at < places.length; at += POSITIONS_A_STEP) {
			const some = places.slice(at, at + POSITIONS_A_STEP);
			steps.push(async () => {
				const radiusArcsec = some.at(-1)?.radiusArcsec ?? 0;
				const found = await matchPositions(this.store, scope, {
					places: some,
					radiusArcsec,
					most: MATCHES_OF_PLACE,
					kind: 'objects',
					watermark,
				});
				return found.flatMap((rows, i) =>
					rows
						.filter((row) => row.sepArcsec <= (some[i]?.radiusArcsec ?? 0))
						.map((alert) => ({ alert, place: some[i]?.place ?? 0, sepArcsec: alert.sepArcsec })),
				);
			});
		}
		return steps;
	}

	#areaSteps(list: FollowedList, scope: AccessScope, watermark: Watermark): (() => Promise<HistoryMatch[]>)[] {
		const area = areaOf(this.database, list.id);
		if (area === null) return [];
		const steps = [];
		for (let at = 0; at < area.ranges.length; at += RANGES_A_STEP) {
			const ranges = area.ranges.slice(at, at + RANGES_A_STEP);
			steps.push(async () => {
				const found = await readAreaObjects(this.store, scope, {
					order: area.order,
					ranges,
					watermark,
					limit: MOST_MATCHES,
				});
				return found.map((alert) => ({ alert, place: 0, sepArcsec: null }));
			});
		}
		return steps;
	}
}

interface HistoryMatch {
	readonly alert: Pick<AlertRow, 'survey' | 'objectId' | 'alertId' | 'mjd'>;
	readonly place: number;
	readonly sepArcsec: number | null;
}

interface Found {
	/** Id of the list whose match it is; null where it is only told. */
	readonly keep: string | null;
	readonly alert: AlertRow;
	readonly place: number;
	readonly sepArcsec: number | null;
	readonly why: string;
	readonly watches: readonly WatchRow[];
}

/** Whether somebody with an account may see a list of somebody else's now. */
function maySee(database: AccountsDatabase, userId: string, listId: string): boolean {
	return (
		database.get(
			`SELECT 1 FROM lists WHERE id = ?1 AND (shared = 'public' OR shared = 'group' AND EXISTS
			 (SELECT 1 FROM group_members WHERE group_members.group_id = lists.group_id AND user_id = ?2))`,
			listId,
			userId,
		) !== undefined
	);
}

/** Why somebody is told of a match, in words. */
function reason(kind: ListKind, name: string, place: number, sepArcsec: number | null): string {
	if (kind === 'objects') return 'A new alert';
	if (kind === 'area') return 'In the area';
	return `${(sepArcsec ?? 0).toFixed(1)}″ from ${name === '' ? `position ${place}` : name}`;
}

function meetings(channel: Channel, rows: readonly AlertRow[]): Found[] {
	const found: Found[] = [];
	for (const alert of rows) {
		for (const { list, compare, keep, watches } of channel.lists) {
			for (const { place, name, sepArcsec } of compare(alert)) {
				const why = reason(list.kind, name, place, sepArcsec);
				found.push({ keep: keep ? list.id : null, alert, place, sepArcsec, why, watches });
			}
		}
		const watches = channel.objects.get(`${alert.survey}/${alert.objectId}`);
		if (watches) found.push({ keep: null, alert, place: 0, sepArcsec: null, why: 'A new alert', watches });
	}
	return found;
}

/** Follows until `stop`: a round every two seconds, at once again while there is more. Says once when the store is away. */
export function startFollowing(
	follower: Follower,
	each: () => Promise<void> = () => Promise.resolve(),
): { stop(): void } {
	let stopped = false;
	let timer: NodeJS.Timeout | null = null;
	let away = false;
	const next = (wait: number): void => {
		if (!stopped) timer = setTimeout(() => void turn(), wait).unref();
	};
	const turn = async (): Promise<void> => {
		let more = false;
		try {
			more = await follower.round();
			await each();
			away = false;
		} catch (error) {
			if (!away) console.error('Lists are not followed now:', error instanceof Error ? error.message : error);
			away = true;
		}
		next(more ? 10 : PAUSE_MS);
	};
	next(PAUSE_MS);
	return {
		stop: () => {
			stopped = true;
			if (timer !== null) clearTimeout(timer);
			follower.release();
		},
	};
}
