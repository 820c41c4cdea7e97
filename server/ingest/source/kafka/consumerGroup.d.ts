declare module 'kafkajs/src/consumer/consumerGroup.js' {
	/** What is used of the inside of kafkajs 2.2.4; the version is pinned. */
	export default class ConsumerGroup {
		readonly cluster: object;
		readonly groupId: string;
		readonly memberId: string | null;
		readonly generationId: number | null;
		readonly coordinator: {
			heartbeat(member: { groupId: string; memberId: string; groupGenerationId: number }): Promise<unknown>;
		} | null;
		assigned(): { topic: string; partitions: number[] }[];
		commitOffsets(offsets: {
			topics: { topic: string; partitions: { partition: number; offset: string }[] }[];
		}): Promise<void>;
		joinAndSync(): Promise<void>;
		/** Unix milliseconds of the last heartbeat. */
		lastRequest: number;
		heartbeat(options: { readonly interval: number }): Promise<void>;
	}
}
