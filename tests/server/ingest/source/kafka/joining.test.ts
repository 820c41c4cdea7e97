import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import { afterEach, expect, it, vi } from 'vitest';
import { assignerWith } from '#server/ingest/source/kafka/joining.ts';

afterEach(() => {
	vi.useRealTimers();
});

it('goes on with heartbeats when the clock of the machine is set back', async () => {
	assignerWith({ before: () => Promise.resolve(), after: () => Promise.resolve() });
	vi.useFakeTimers({ now: Date.UTC(2026, 0, 1, 12) });
	const beats: number[] = [];
	const group = Object.assign(
		Reflect.construct(ConsumerGroup, [
			{
				cluster: {},
				groupId: 'nightjar',
				logger: { namespace: () => null },
				instrumentationEmitter: { emit: () => null },
				retry: {},
			},
		]) as ConsumerGroup,
		{
			memberId: 'one',
			generationId: 1,
			coordinator: {
				heartbeat: () => Promise.resolve(beats.push(Date.now())),
			},
		},
	);
	await group.heartbeat({ interval: 1000 });
	expect(beats).toHaveLength(0);
	vi.advanceTimersByTime(1000);
	await group.heartbeat({ interval: 1000 });
	expect(beats).toHaveLength(1);
	vi.setSystemTime(Date.UTC(2026, 0, 1, 6));
	await group.heartbeat({ interval: 1000 });
	expect(beats).toHaveLength(2);
	await group.heartbeat({ interval: 1000 });
	expect(beats).toHaveLength(2);
});
