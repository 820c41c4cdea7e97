import { SURVEYS } from '#lib/alert/surveys.ts';
import type { CheckedFilter } from './check.ts';

/** What a filter is doing. `setAside`: it threw or was too slow, and its owner is told why. */
export type FilterState = 'draft' | 'live' | 'paused' | 'retired' | 'setAside' | 'deleted';

/** Who sees a filter and its hits: its owner, its owner's group, everyone. */
export type Visibility = 'private' | 'group' | 'public';
export const VISIBILITIES = ['private', 'group', 'public'] as const;

export type FilterKind = CheckedFilter['kind'];

/** Owner of the filters that come with Nightjar. */
export const SYSTEM_OWNER = 'system';

/** A filter as it is called and who may see it. */
export interface FilterIdentity {
	/** UUID. */
	readonly id: string;
	readonly name: string;
	/** Kafka topic without prefix and origin; null where its hits go to none. */
	readonly topic: string | null;
	readonly meaning: string;
	readonly ownerId: string;
	readonly visibility: Visibility;
	/** '' where it belongs to no group. */
	readonly groupId: string;
	/** Made to be imported by other filters as `name@version`. */
	readonly block: boolean;
	/** `id@version` of the filter that it was made from, '' for none. */
	readonly forkedFrom: string;
}

/** Hits of a night that are expected of a filter. */
export interface ExpectedBand {
	readonly low: number;
	readonly high: number;
	/** Its owner set it, or it was computed from past nights; unknown of bands from before that was recorded. */
	readonly by: 'owner' | 'computed' | 'unknown';
}

/** What a filter is doing, since when, and why. */
export interface StateChange {
	readonly state: FilterState;
	/** The version that runs or ran last; 0 for none yet. */
	readonly version: number;
	readonly reason: string;
	readonly by: string;
	/** Null = not known. */
	readonly expected: ExpectedBand | null;
	/** ISO 8601, UTC. */
	readonly at: string;
}

/** One version of a filter: never changed once it is there. */
export interface FilterVersion {
	readonly version: number;
	readonly kind: FilterKind;
	readonly text: string;
	readonly languageVersion: string;
	/** References of the blocks that it imports. */
	readonly blocks: readonly string[];
	readonly changelog: string;
	readonly authorId: string;
	/** Alerts as `survey:alertId` that must pass, and that must not. */
	readonly mustPass: readonly string[];
	readonly mustFail: readonly string[];
	/** ISO 8601, UTC. */
	readonly createdAt: string;
}

/** A filter with its state. */
export interface StoredFilter extends FilterIdentity, StateChange {
	/** Newest version. */
	readonly newest: number;
	readonly kind: FilterKind;
	/** It has run: its versions and hits stay for good. */
	readonly everLive: boolean;
}

/** Version of the language that texts are written in; a text of another one is checked again before it runs. */
export const LANGUAGE_VERSION = '1';

const NAME = /^[^\p{C}]{1,100}$/u;
const TOPIC = /^[a-z0-9](?:[a-z0-9_.-]{0,198}[a-z0-9])?$/;

/** What is wrong with the name of a filter, '' when nothing is. */
export function nameProblem(name: string): string {
	if (name.trim() === '') return 'A filter needs a name.';
	return NAME.test(name) ? '' : 'The name of a filter is one line of at most 100 characters.';
}

/** First words of topics that are not people's: whole surveys, and what comes from peers' rules and shapes. */
const RESERVED: ReadonlySet<string> = new Set(['boom', 'babamul', 'fink', ...SURVEYS.map(({ name }) => name)]);
const isReserved = (topic: string): boolean => RESERVED.has(topic.split('.')[0] ?? '');

/** What is wrong with the name of a topic, '' when nothing is. */
export function topicProblem(topic: string): string {
	if (topic.length > 200) return `The topic has ${topic.length} characters; 200 are the most.`;
	if (!TOPIC.test(topic) || topic.includes('..')) {
		return `A topic has small letters a to z, digits, and between them dots, dashes and underscores; "${topic.slice(0, 40)}" has something else. Try "${topicFrom(topic)}".`;
	}
	if (isReserved(topic)) {
		return `Topics that begin with "${topic.split('.')[0] ?? ''}" are Nightjar's own. Try "${topicFrom(topic)}".`;
	}
	return '';
}

/** A name of a topic made from any text. */
export function topicFrom(text: string): string {
	const plain = text
		.normalize('NFKD')
		.toLowerCase()
		.replace(/[^a-z0-9_.-]+/g, '-')
		.replace(/\.{2,}/g, '.')
		.slice(0, 100)
		.replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
	if (plain === '') return 'filter';
	return isReserved(plain) ? `my-${plain}` : plain;
}

/** `survey:alertId` taken apart; null where the text is none. */
export function exampleOf(text: string): { readonly survey: string; readonly alertId: bigint } | null {
	const [, survey, digits] = /^([a-z][a-z0-9_]{0,19}):(\d{1,20})$/.exec(text.trim()) ?? [];
	if (survey === undefined || digits === undefined) return null;
	const alertId = BigInt(digits);
	return alertId < 2n ** 64n ? { survey, alertId } : null;
}

/** Examples that a filter may have, both kinds together. */
export const MOST_EXAMPLES = 200;

/** An alert that a filter is held to, and what its text says of it. */
export interface TriedExample {
	/** `survey:alertId`. */
	readonly alert: string;
	/** Null where the alert is not among those here. */
	readonly objectId: string | null;
	readonly wanted: 'pass' | 'fail';
	/** `missing`: the alert is not here, so nothing can be said of it. */
	readonly answer: 'pass' | 'fail' | 'missing';
}
