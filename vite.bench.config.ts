// Builds the benchmarks, one entry per file of bench/.
import { existsSync, readdirSync } from 'node:fs';
import { defineConfig } from 'vite';

const names = existsSync('bench') ? readdirSync('bench').filter((file) => file.endsWith('.ts')) : [];

export default defineConfig({
	build: {
		ssr: true,
		target: 'node20',
		outDir: 'dist/bench',
		sourcemap: true,
		rolldownOptions: { input: Object.fromEntries(names.map((name) => [name.slice(0, -3), `bench/${name}`])) },
	},
});
