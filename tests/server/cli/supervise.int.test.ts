import { afterEach, describe, expect, it } from 'vitest';
import { Child, HOPELESS_ENDS } from '#server/cli/supervise.ts';

const children: Child[] = [];
afterEach(async () => {
	for (const child of children.splice(0)) await child.stop();
});

/** Runs a script under supervision; answers the child and the lines logged. */
function supervise(
	script: string,
	extra: { finished?: (code: number) => boolean; onFinished?: (code: number) => void } = {},
): { child: Child; lines: string[] } {
	const lines: string[] = [];
	const child = new Child({
		name: 'part',
		args: ['-e', script],
		env: process.env,
		graceMs: 500,
		log: (line) => lines.push(line),
		...extra,
	});
	children.push(child);
	return { child, lines };
}

async function until(met: () => boolean): Promise<void> {
	const end = Date.now() + 60_000;
	while (!met()) {
		if (Date.now() > end) throw new Error('it did not happen within a minute');
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

describe('a supervised process', () => {
	it('has its lines prefixed, from both streams', async () => {
		const { child, lines } = supervise('console.log("one"); console.error("two"); setInterval(() => {}, 1000)');
		child.start();
		await until(() => lines.length >= 2);
		expect([...lines].sort()).toEqual(['part   | one', 'part   | two']);
	});

	it('is started again when it ends, and the log says why', async () => {
		const { child, lines } = supervise('console.log("up"); process.exit(7)');
		child.markReady();
		child.start();
		await until(() => lines.filter((line) => line.endsWith('| up')).length >= 2);
		expect(lines).toContain('part ended (code 7); starting it again in 0.25 s.');
	});

	it('is started again after kill -9', async () => {
		const { child, lines } = supervise('console.log(process.pid); setInterval(() => {}, 1000)');
		child.markReady();
		child.start();
		await until(() => lines.length === 1);
		process.kill(Number(lines[0]?.split('| ')[1]), 'SIGKILL');
		await until(() => lines.length === 3);
		expect(lines[1]).toBe('part ended (signal SIGKILL); starting it again in 0.25 s.');
	});

	it('is given up when it never gets ready', async () => {
		let finished = 0;
		const { child, lines } = supervise('process.exit(9)', { onFinished: (code) => (finished = code) });
		child.start();
		await until(() => finished !== 0);
		expect(finished).toBe(9);
		expect(lines.at(-1)).toContain(`ended ${HOPELESS_ENDS} times`);
	});

	it('is left alone when its end is final', async () => {
		let finished = -1;
		const { child, lines } = supervise('process.exit(3)', {
			finished: (code) => code === 3,
			onFinished: (code) => (finished = code),
		});
		child.start();
		await until(() => finished === 3);
		expect(lines).toEqual([]);
		expect(child.running).toBe(false);
	});

	it('is ended by force when it does not listen', async () => {
		const { child, lines } = supervise(
			'process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1000)',
		);
		child.start();
		await until(() => lines.length === 1);
		const since = Date.now();
		await child.stop();
		expect(child.running).toBe(false);
		expect(Date.now() - since).toBeLessThan(20_000);
	});
});
