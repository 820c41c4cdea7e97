// Writes THIRD-PARTY.md: the packages that run with Nightjar or are part of what it serves, with version and licence.
// Use: node scripts/third-party.mjs [--check]
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Development dependencies whose code or data ends in the built pages. */
const BUNDLED = Object.keys(manifest.devDependencies).filter(
	(name) =>
		/^(@deck\.gl|@luma\.gl|@loaders\.gl|@fontsource|d3|svelte$|astronomy-engine|flatbush|aladin-lite)/.test(name) ||
		name === '@sveltejs/kit',
);

/** Path in the lock file of `name` as seen from the package at `from`, or null where it is not installed. */
function find(from, name) {
	for (let base = from; ;) {
		const path = `${base ? `${base}/` : ''}node_modules/${name}`;
		if (lock[path]) return path;
		if (!base) return null;
		const cut = base.lastIndexOf('/node_modules/');
		base = cut < 0 ? '' : base.slice(0, cut);
	}
}

/** Everything that the named packages need, by name and version. */
function closure(names) {
	const found = new Map();
	const visit = (path) => {
		if (path === null || found.has(path)) return;
		found.set(path, lock[path]);
		for (const name of Object.keys({ ...lock[path].dependencies, ...lock[path].optionalDependencies }))
			visit(find(path, name));
	};
	for (const name of names) visit(find('', name));
	return found;
}

const nameOf = (path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** Licence by the lock file; null for another system's build of a package that is listed itself. */
function licenceOf(entry) {
	return entry.license ?? (entry.optional ? null : 'unknown');
}

function table(names) {
	const rows = [...closure(names)]
		.map(([path, entry]) => [nameOf(path), entry.version, licenceOf(entry)])
		.filter(([, , licence]) => licence !== null)
		.map((row) => `| ${row.join(' | ')} |`);
	return ['| package | version | licence |', '| --- | --- | --- |', ...[...new Set(rows)].sort()].join('\n');
}

/** Its licence, which asks to be passed on with what is made from it. */
const D3_CELESTIAL = `> Copyright (c) 2015, Olaf Frohn
> All rights reserved.
>
> Redistribution and use in source and binary forms, with or without modification, are permitted provided that the following conditions are met:
>
> 1. Redistributions of source code must retain the above copyright notice, this list of conditions and the following disclaimer.
>
> 2. Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following disclaimer in the documentation and/or other materials provided with the distribution.
>
> 3. Neither the name of the copyright holder nor the names of its contributors may be used to endorse or promote products derived from this software without specific prior written permission.
>
> THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.`;

const text = `# Third-party packages

Written by \`node scripts/third-party.mjs\` from the lock file. Tools that only build and test are not listed.

## At run time

chDB is ClickHouse as a library (Apache-2.0); its own notices come with the package.

${table(Object.keys(manifest.dependencies))}

## In the pages

Fonts are Atkinson Hyperlegible Next and Mono (SIL Open Font License 1.1).

${table(BUNDLED)}

## Data in the pages

\`src/lib/components/sky/skyLines.json\` (constellation lines and names, outline of the Milky Way) is made by
\`scripts/sky-lines.mjs\`, and \`server/catalog/shipped/\` (bright stars, deep-sky objects) by
\`scripts/shipped-catalogs.mjs\`, from d3-celestial 0.7.35, https://github.com/ofrohn/d3-celestial, under these terms:

${D3_CELESTIAL}
`;

const file = join(root, 'THIRD-PARTY.md');
if (process.argv.includes('--check')) {
	if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
		console.error('THIRD-PARTY.md is not up to date: run node scripts/third-party.mjs');
		process.exitCode = 1;
	}
} else {
	writeFileSync(file, text);
	console.log(`${file} written`);
}
