// Adds to a package-lock.json the optional platform packages (other systems' native builds) that npm left out
// because the registry in use could not show them; without them `npm ci` under npm 11 refuses the lock file.
// Use: node scripts/complete-lock.mjs [--check] [package-lock.json]
// Run it after every change of dependencies; it is idempotent. With --check nothing is written and missing packages end it with 1.
import { readFileSync, writeFileSync } from 'node:fs';

const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openbsd', 'netbsd', 'openharmony', 'win32', 'sunos', 'aix'];
const CPUS = {
	arm64: 'arm64',
	aarch64: 'arm64',
	x64: 'x64',
	ia32: 'ia32',
	arm: 'arm',
	armv7: 'arm',
	ppc64: 'ppc64',
	riscv64: 'riscv64',
	s390x: 's390x',
	loong64: 'loong64',
	wasm32: 'wasm32',
};

const checking = process.argv.includes('--check');
const file = process.argv.slice(2).find((word) => !word.startsWith('--')) ?? 'package-lock.json';
const lock = JSON.parse(readFileSync(file, 'utf8'));
const packages = lock.packages;

/** Whether `name` resolves from the package at `from`, as Node looks it up. */
function present(from, name) {
	for (let base = from; ;) {
		if (packages[`${base ? `${base}/` : ''}node_modules/${name}`]) return true;
		if (!base) return false;
		const cut = base.lastIndexOf('/node_modules/');
		base = cut < 0 ? '' : base.slice(0, cut);
	}
}

let added = 0;
for (const [path, entry] of Object.entries(packages)) {
	for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
		if (present(path, name)) continue;
		const words = name.split('/').at(-1).split('-');
		const os = words.find((w) => SYSTEMS.includes(w));
		const cpu = words.map((w) => CPUS[w]).find(Boolean);
		if (!os && !cpu) {
			console.warn(`left alone: ${name} ${range} (wanted by ${path || 'the project'})`);
			continue;
		}
		if (checking) console.error(`missing from ${file}: ${name} ${range}`);
		packages[`node_modules/${name}`] = {
			version: range.replace(/^[\^~]/, ''),
			...(cpu && { cpu: [cpu] }),
			...(entry.dev && { dev: true }),
			optional: true,
			...(words.some((w) => w.startsWith('musl'))
				? { libc: ['musl'] }
				: os === 'linux' && words.includes('gnu')
					? { libc: ['glibc'] }
					: {}),
			...(os && { os: [os] }),
		};
		added += 1;
	}
}
if (checking) {
	if (added > 0) console.error(`Run \`node scripts/complete-lock.mjs\` and commit ${file}.`);
	process.exitCode = added > 0 ? 1 : 0;
} else {
	lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
	writeFileSync(file, `${JSON.stringify(lock, null, '\t')}\n`);
	console.log(`${added} optional platform packages added to ${file}`);
}
