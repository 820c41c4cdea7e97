// Builds benchmarks, drills and what training runs into dist/bench, dist/drills and dist/training: a file there that exports nothing is a program.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vite';

function programsIn(folder: string): [string, string][] {
	if (!existsSync(folder)) return [];
	return readdirSync(folder)
		.filter((file) => file.endsWith('.ts') && !/^export /m.test(readFileSync(`${folder}/${file}`, 'utf8')))
		.map((file) => [`${folder}/${file.slice(0, -3)}`, `${folder}/${file}`]);
}

export default defineConfig({
	build: {
		ssr: true,
		target: 'node20',
		outDir: 'dist',
		emptyOutDir: false,
		sourcemap: true,
		rolldownOptions: { input: Object.fromEntries(['bench', 'drills', 'training'].flatMap(programsIn)) },
	},
});
