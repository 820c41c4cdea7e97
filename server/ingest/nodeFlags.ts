/**
 * Flags of Node for a process that ingests; V8 takes them at the start only. A batch lives as a whole and dies as a whole: garbage is collected
 * by the thread that makes it, for helper threads mostly wait for each other, it is looked for less often, and old objects are not looked
 * through before there are many (7 and 13 % of that thread's CPU: docs/performance.md).
 */
export const INGEST_NODE_FLAGS: readonly string[] = [
	'--single-threaded-gc',
	'--min-semi-space-size=64',
	'--max-semi-space-size=64',
	'--initial-old-space-size=1000',
];
