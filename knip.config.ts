import type { KnipConfig } from 'knip';

export default {
	entry: [
		'server/cli/nightjar.ts',
		'clickhouse/embedded/process.ts',
		'server/ml/worker.ts',
		'scripts/*.mjs',
		'scripts/kafka/pin.mjs',
		// named to vitest by its path
		'scripts/tasks/failureReporter.mjs',
		// loaded once Node is known to be new enough
		'scripts/tasks/{start,test,check,dev,build,bench,drill}.mjs',
		'bench/*.ts',
		'drills/*.ts',
		'training/*.ts',
		'tests/**/*.ts',
		'vite.server.config.ts',
		'vite.programs.config.ts',
	],
	project: ['src/**/*.{ts,svelte,css}', '{server,clickhouse,tests,bench,drills,training}/**/*.ts', 'scripts/**/*.mjs'],
	ignoreExportsUsedInFile: true,
	// started by their path, or read as a file
	ignoreDependencies: ['dependency-cruiser', 'svelte-check', 'axe-core'],
	// of the system, in tests and drills
	ignoreBinaries: ['mkfifo', 'mount', 'mvn', 'stilts', 'strace', 'umount'],
	compilers: {
		css: (text: string) =>
			[...text.matchAll(/(?:@import\s+|url\()['"]([^'"]+)['"]/g)]
				.map(([, file]) => `import '${file ?? ''}';`)
				.join('\n'),
	},
} satisfies KnipConfig;
