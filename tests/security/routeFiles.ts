import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..', 'src', 'routes');
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'fallback'];

function methodsOf(source: string): string[] {
	return METHODS.filter((method) =>
		new RegExp(`export\\s+(?:const|async function|function)\\s+${method}\\b|export\\s*\\{[^}]*\\b${method}\\b`).test(
			source,
		),
	);
}

/** Names of the actions of a page: its own keys, one tab deep. */
function actionsOf(source: string): string[] {
	const at = source.search(/export const actions\b/);
	if (at < 0) return [];
	const body = source.slice(at);
	const end = /\n\}/.exec(body)?.index ?? body.length;
	const names = [...body.slice(0, end).matchAll(/\n\t(?:async )?(\w+)(?::|\(|,)/g)].map((match) => match[1] ?? '');
	if (names.length === 0) throw new Error(`The actions of a page could not be read:\n${body.slice(0, 200)}`);
	return names.map((name) => (name === 'default' ? '?/' : `?/${name}`));
}

/** Every handler of src/routes as `ROUTE HANDLER`: a page, its actions (`?/name`, `?/` for the only one), the methods of a server route. */
export function handlers(): string[] {
	const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' });
	return files
		.flatMap((file) => {
			const name = file.split('/').at(-1) ?? '';
			const folder = dirname(file) === '.' ? '' : dirname(file);
			const route = `/${folder}`.replace(/\/\([^)]+\)/g, '') || '/';
			const source = (): string => readFileSync(join(ROOT, file), 'utf8');
			const found =
				name === '+page.svelte'
					? ['page']
					: name === '+page.server.ts' || name === '+page.server.js'
						? actionsOf(source())
						: name === '+server.ts' || name === '+server.js'
							? methodsOf(source())
							: [];
			if (name === '+server.ts' && found.length === 0) throw new Error(`${file} exports no method that could be read.`);
			return found.map((handler) => `${route} ${handler}`);
		})
		.sort();
}
