// Builds the `nightjar` command and its workers: Node 20 cannot run TypeScript itself.
import { defineConfig } from 'vite';

export default defineConfig({
	build: {
		ssr: true,
		target: 'node20',
		outDir: 'dist',
		sourcemap: true,
		rolldownOptions: {
			input: {
				nightjar: 'server/cli/nightjar.ts',
				'store-process': 'clickhouse/embedded/process.ts',
				'ml-worker': 'server/ml/worker.ts',
			},
		},
	},
});
