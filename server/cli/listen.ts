import { createServer, type Server } from 'node:http';
import { CommandError } from './command.ts';
import { systemCode } from './home.ts';

/** The sentence for an address that cannot be listened on. */
export function listenProblem(host: string, port: number, error: unknown): string {
	switch (systemCode(error)) {
		case 'EADDRINUSE':
			return `Port ${port} on ${host} is in use by another program. Choose another with PORT, for example PORT=${port + 1} npm start, or PORT=0 for any free one.`;
		case 'EACCES':
			return `Port ${port} may not be opened by this user. Choose one from 1024 up with PORT, for example PORT=3000.`;
		case 'EADDRNOTAVAIL':
		case 'ENOTFOUND':
		case 'EAI_AGAIN':
			return `HOST=${host} is no address of this machine. Leave HOST unset for this machine only, or use 0.0.0.0 for all its addresses.`;
		default:
			return `Nothing can listen on ${host} port ${port}: ${error instanceof Error ? error.message : String(error)}`;
	}
}

/** Starts listening; resolves with the address as a URL, rejects with a sentence. */
export async function listen(server: Server, host: string, port: number): Promise<string> {
	await new Promise<void>((resolve, reject) => {
		server.once('error', (error) => {
			reject(new CommandError(listenProblem(host, port, error), 1, { cause: error }));
		});
		server.listen(port, host, resolve);
	});
	const address = server.address();
	const actual = typeof address === 'object' && address !== null ? address.port : port;
	return addressUrl(host, actual);
}

/** URL under which a reader on this machine reaches an address. */
export function addressUrl(host: string, port: number): string {
	if (host === '0.0.0.0' || host === '::') return `http://localhost:${port}`;
	return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Answers the port to listen on (a free one for 0); throws the sentence of a busy or impossible address before anything else is started. */
export async function requireFreePort(host: string, port: number): Promise<number> {
	const server = createServer();
	const url = await listen(server, host, port);
	await new Promise((resolve) => server.close(resolve));
	return Number(new URL(url).port || 80);
}
