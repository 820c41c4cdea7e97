import { setTimeout as pause } from 'node:timers/promises';
import kafkajs, { type Cluster, type PartitionAssigner } from 'kafkajs';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';

const { AssignerProtocol, KafkaJSProtocolError } = kafkajs;
const { MemberAssignment, MemberMetadata } = AssignerProtocol;

/** A membership in a consumer group. */
export type Membership = Pick<ConsumerGroup, 'assigned' | 'commitOffsets'>;

/** What is done around a change of the group. */
export interface JoinHooks {
	/** Before this member gives its partitions up: what is in hand is finished and committed here. */
	before(membership: Membership): Promise<void>;
	/** After it has been given partitions, before the first fetch. */
	after(membership: Membership): Promise<void>;
	/** Whether this member takes a partition; only where it is alone in its group. */
	takes?(topic: string, partition: number): boolean;
}

const HEARTBEAT_MS = 1000;
/** How long a broker that still loads its groups, as after a restart, is asked again, and how often. */
const LOADING_MS = 30_000;
const LOADING_REST_MS = 250;

const hooks = new WeakMap<object, JoinHooks>();
let patched = false;

/**
 * What kafkajs lacks. It gives partitions up without asking, and what was read of them and not committed is read again by another
 * worker. All its ways to do so go through joinAndSync, which is made to wait here; heartbeats go on meanwhile.
 */
function patch(): void {
	if (patched) return;
	patched = true;
	// eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
	const join = ConsumerGroup.prototype.joinAndSync;
	ConsumerGroup.prototype.joinAndSync = async function (this: ConsumerGroup): Promise<void> {
		const own = hooks.get(this.cluster);
		if (own === undefined) return join.call(this);
		const beat = setInterval(() => {
			const { coordinator, groupId, memberId, generationId } = this;
			if (coordinator === null || memberId === null || generationId === null) return;
			coordinator.heartbeat({ groupId, memberId, groupGenerationId: generationId }).catch(() => undefined);
		}, HEARTBEAT_MS);
		try {
			await own.before(this);
		} finally {
			clearInterval(beat);
		}
		await whenLoaded(() => join.call(this));
		await own.after(this);
	};
	// eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
	const heartbeat = ConsumerGroup.prototype.heartbeat;
	// it waits from the time of the last one on, which lies hours ahead when the clock of the machine was set back
	ConsumerGroup.prototype.heartbeat = function (this: ConsumerGroup, options): Promise<void> {
		if (this.lastRequest > Date.now()) this.lastRequest = 0;
		return heartbeat.call(this, options);
	};
}

/** kafkajs asks the coordinator again by itself, but gives a join up at once. */
async function whenLoaded(join: () => Promise<void>): Promise<void> {
	const until = Date.now() + LOADING_MS;
	for (;;) {
		try {
			await join();
			return;
		} catch (error) {
			const loading = error instanceof KafkaJSProtocolError && error.type === 'GROUP_LOAD_IN_PROGRESS';
			if (!loading || Date.now() > until) throw error;
			await pause(LOADING_REST_MS);
		}
	}
}

/** Deals the partitions of each topic to the members that read it, in turn. */
function deal(
	members: readonly { readonly memberId: string; readonly topics: ReadonlySet<string> }[],
	topics: readonly string[],
	partitionsOf: (topic: string) => readonly number[],
): Map<string, Record<string, number[]>> {
	const dealt = new Map<string, Record<string, number[]>>(members.map(({ memberId }) => [memberId, {}]));
	let turn = 0;
	for (const topic of [...topics].sort()) {
		const readers = members.filter((member) => member.topics.has(topic));
		for (const partition of partitionsOf(topic)) {
			const reader = readers[turn % Math.max(1, readers.length)];
			turn += 1;
			if (reader === undefined) continue;
			const own = dealt.get(reader.memberId) ?? {};
			(own[topic] ??= []).push(partition);
		}
	}
	return dealt;
}

/**
 * An assigner for one consumer that also ties the hooks to it. Unlike that of kafkajs it gives a topic only to members
 * that read it: workers learn of a new night one after the other.
 */
export function assignerWith(own: JoinHooks): PartitionAssigner {
	patch();
	return ({ cluster }) => {
		hooks.set(cluster, own);
		return {
			name: 'NightjarAssigner',
			version: 0,
			assign: ({ members, topics }) => {
				const readers = members
					.map(({ memberId, memberMetadata }) => ({
						memberId,
						topics: new Set(MemberMetadata.decode(memberMetadata)?.topics ?? []),
					}))
					.sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
				const dealt = deal(readers, topics, (topic) => partitionsOf(cluster, topic, own));
				return Promise.resolve(
					[...dealt].map(([memberId, assignment]) => ({
						memberId,
						memberAssignment: MemberAssignment.encode({ version: 0, assignment, userData: Buffer.alloc(0) }),
					})),
				);
			},
			protocol: ({ topics }) => ({
				name: 'NightjarAssigner',
				metadata: MemberMetadata.encode({ version: 0, topics, userData: Buffer.alloc(0) }),
			}),
		};
	};
}

function partitionsOf(cluster: Cluster, topic: string, own: JoinHooks): number[] {
	return cluster
		.findTopicPartitionMetadata(topic)
		.map(({ partitionId }) => partitionId)
		.filter((partition) => own.takes?.(topic, partition) ?? true)
		.sort((a, b) => a - b);
}
