import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Every Markdown file of ours. */
const documents = [
	...readdirSync(root).filter((name) => name.endsWith('.md')),
	...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.md'))
		.map((name) => join('docs', name)),
];

/** The commands in shell blocks of a document. */
function shellCommands(path: string): string[] {
	const blocks = [...read(path).matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
	const inline = [...read(path).matchAll(/`((?:npm|node|nightjar) [^`]+)`/g)].map((match) => match[1] ?? '');
	return [...blocks.flatMap((block) => block.split('\n')), ...inline]
		.map((line) => line.trim())
		.filter((line) => line !== '');
}

describe('the documentation', () => {
	it('lists every variable that is read, and no other', () => {
		const whole = read('server/config.ts');
		const publishing = /export function readPublishStream[\s\S]*?\n}\n/.exec(whole)?.[0] ?? '';
		const config = whole.replace(publishing, '');
		const plain = [...config.matchAll(/env(?:\[|, )'([A-Z_]+)'/g)].map((match) => match[1]);
		// those of a stream are read by their last part
		const ofStreams = [...config.matchAll(/\b(?:read|number|nameOf)\('([A-Z_]+)'/g)].map(
			(match) => `NIGHTJAR_KAFKA_${match[1] ?? ''}`,
		);
		const login = /function loginOf[\s\S]*?\n}\n/.exec(whole)?.[0] ?? '';
		const ofPublishing = [...`${publishing}${login}`.matchAll(/\b(?:read|number|flag|nameOf)\('([A-Z_]+)'/g)].map(
			(match) => `NIGHTJAR_PUBLISH_${match[1] ?? ''}`,
		);
		const used = [...new Set([...plain, ...ofStreams, ...ofPublishing])].sort();
		const table = read('docs/configuration.md')
			.split('\n')
			.filter((line) => line.startsWith('| `'))
			.map((line) => /`([A-Z_]+)`/.exec(line)?.[1])
			.sort();
		expect(table).toEqual(used.filter((name) => name !== 'PROTOCOL_HEADER' && name !== 'BODY_SIZE_LIMIT'));
	});

	it('names only scripts and commands that exist', () => {
		const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
		const help = execFileSync(process.execPath, [join(root, 'bin', 'nightjar.mjs'), '--help'], { encoding: 'utf8' });
		const commands = [...help.matchAll(/^ {2}(\w+) {2,}/gm)].map((match) => match[1]);
		for (const path of documents) {
			for (const line of shellCommands(path)) {
				// settings and Node's own flags come before what is run
				const plain = line.replace(/^([A-Z_]+=\S+ )+/, '').replace(/^node (--\S+ )+/, 'node ');
				const [program, first = '', second = ''] = plain.split(/\s+/);
				const known: Record<string, () => boolean> = {
					npm: () => ['ci', 'install'].includes(first) || (first === 'run' ? second in scripts : first in scripts),
					node: () =>
						existsSync(join(root, first)) &&
						(first !== 'bin/nightjar.mjs' || second === '' || second.startsWith('--') || commands.includes(second)),
					nightjar: () => /^[A-Z-]/.test(first) || commands.includes(first),
				};
				expect(known[program ?? '']?.() ?? false, `${path}: ${line}`).toBe(true);
			}
		}
	});

	it('has the usual catalogues as the command lists them', () => {
		const args = [join(root, 'bin', 'nightjar.mjs'), 'catalog', 'recipes', '--markdown'];
		const plain = (table: string): string[] =>
			table
				.trim()
				.split('\n')
				.map((line) => line.replace(/ {2,}/g, ' ').replace(/-{3,}/g, '---'));
		const shown = /<!-- nightjar catalog recipes --markdown -->([\s\S]*?)<!-- end -->/.exec(
			read('docs/operations.md'),
		)?.[1];
		expect(plain(shown ?? '')).toEqual(plain(execFileSync(process.execPath, args, { encoding: 'utf8' })));
	});

	it('links only to files that exist', () => {
		for (const path of documents) {
			for (const [, target = ''] of read(path).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
				if (/^https?:/.test(target)) continue;
				expect(existsSync(join(root, dirname(path), target)), `${path}: ${target}`).toBe(true);
			}
		}
	});
});
