import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, install, ROOT, tool } from './prepare.mjs';

/** Runs the store and, once it answers, Vite's development server; both end together. */
export async function main(args) {
	await install();
	await build(['command']);
	const home = (process.env.NIGHTJAR_HOME ||= join(ROOT, '.nightjar'));
	const children = [];
	let ending = false;
	const end = (code) => {
		if (ending) return;
		ending = true;
		process.exitCode = code;
		for (const child of children) child.kill('SIGTERM');
	};
	const start = (childArgs) => {
		const child = spawn(process.execPath, childArgs, {
			cwd: ROOT,
			stdio: 'inherit',
			env: { ...process.env, UV_THREADPOOL_SIZE: '32' },
		});
		child.on('exit', (code) => end(code ?? 0));
		children.push(child);
	};
	process.on('SIGINT', () => end(0));
	process.on('SIGTERM', () => end(0));
	if (!process.env.NIGHTJAR_STORE_URL && !(await answers(home))) {
		start([join(ROOT, 'bin', 'nightjar.mjs'), 'store']);
		for (let i = 0; i < 300 && !ending && !(await answers(home)); i++) await new Promise((r) => setTimeout(r, 100));
		start([join(ROOT, 'bin', 'nightjar.mjs'), 'migrate']);
		children.pop().removeAllListeners('exit');
	}
	if (!ending) start([tool('vite', 'bin', 'vite.js'), 'dev', ...args]);
}

/** Whether the store of this folder answers a ping. */
async function answers(home) {
	const file = join(home, 'store', 'endpoint.json');
	if (!existsSync(file)) return false;
	try {
		const { url } = JSON.parse(readFileSync(file, 'utf8'));
		return (await fetch(new URL('/ping', url), { signal: AbortSignal.timeout(1000) })).ok;
	} catch {
		return false;
	}
}
