import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ports that systems give to outgoing connections, one of which could else take the port before it is listened on. */
const LOWEST = 20_000;
const END = 32_000;
const given = new Set<number>();

function isFree(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const server = createServer();
		server.once('error', () => {
			resolve(false);
		});
		server.listen(port, '127.0.0.1', () => {
			server.close(() => {
				resolve(true);
			});
		});
	});
}

/** A port of 127.0.0.1 that is free now and that this process was not given before. */
export async function freePort(): Promise<number> {
	for (let tries = 0; tries < 200; tries += 1) {
		const port = randomInt(LOWEST, END);
		if (given.has(port)) continue;
		given.add(port);
		if (await isFree(port)) return port;
	}
	throw new Error(`No port from ${LOWEST} to ${END - 1} is free.`);
}
