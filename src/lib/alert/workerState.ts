import type { Status } from './views.ts';

type Worker = Status['workers'][number];

/** How a worker stands by its newest report: in words, in its own sentence of what is wrong ('' for nothing), and `bad` where somebody should look. */
export function workerState({
	ended,
	silent,
	readTrouble,
	trouble,
	topics,
	lag,
}: Pick<Worker, 'ended' | 'silent' | 'readTrouble' | 'trouble' | 'topics' | 'lag'>): {
	words: string;
	why: string;
	bad: boolean;
} {
	if (ended) return { words: 'ended', why: '', bad: false };
	if (silent) return { words: 'silent', why: '', bad: true };
	if (readTrouble !== '') return { words: 'cannot read', why: readTrouble, bad: true };
	if (trouble !== '') return { words: 'cannot send', why: trouble, bad: true };
	if (topics.length === 0) return { words: 'no partition', why: '', bad: false };
	return { words: lag > 0 ? 'catching up' : 'up to date', why: '', bad: false };
}
