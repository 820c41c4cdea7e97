import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vitest/config';

// Lanes by suffix: `.test.ts` touches neither disk nor network, `.int.test.ts` starts the embedded store, `.slow.test.ts` takes minutes.
export default defineConfig({
	test: {
		projects: [
			{
				plugins: [sveltekit()],
				test: {
					name: 'unit',
					environment: 'node',
					include: ['tests/**/*.test.ts'],
					exclude: ['tests/**/*.int.test.ts', 'tests/**/*.slow.test.ts', 'tests/e2e/**'],
					// none takes two seconds by itself; on a machine that is busy the clock says little
					testTimeout: 60_000,
					hookTimeout: 60_000,
				},
			},
			{
				plugins: [sveltekit()],
				test: {
					name: 'integration',
					environment: 'node',
					include: ['tests/**/*.int.test.ts'],
					// the longest take half a minute; on a machine that is busy many times over the clock says little
					testTimeout: 300_000,
					hookTimeout: 300_000,
					// chDB ends a worker thread with a segfault: forks only; two cores: one file at a time
					pool: 'forks',
					fileParallelism: false,
				},
			},
			{
				plugins: [sveltekit()],
				test: {
					// long runs of properties; not part of `npm test`: npm run test:slow
					name: 'slow',
					environment: 'node',
					include: ['tests/**/*.slow.test.ts'],
					hookTimeout: 120_000,
					pool: 'forks',
					fileParallelism: false,
				},
			},
			{
				test: {
					// drives the built portal in a real browser: \`npm test\` builds it and finds the browser
					name: 'browser',
					environment: 'node',
					include: ['tests/e2e/**/*.e2e.test.ts'],
					testTimeout: 480_000,
					// a page that is slow on a busy machine is not wrong; the default gives it one second
					expect: { poll: { timeout: 60_000 } },
					// more than the waits for an ingest in them
					hookTimeout: 420_000,
					pool: 'forks',
					fileParallelism: false,
				},
			},
		],
	},
});
