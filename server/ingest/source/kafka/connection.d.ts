declare module 'kafkajs/src/network/connection.js' {
	/** What is used of the inside of kafkajs 2.2.4; the version is pinned. */
	export default class Connection {
		/** Bytes that wait to be a whole answer, and how many they are. */
		chunks: Buffer[];
		readonly bytesBuffered: number;
		processData(bytes: Buffer): void;
	}
}
