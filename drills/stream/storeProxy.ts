import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What becomes of inserts on their way to the store: nothing, a refusal as of a busy store, or an answer that never arrives. */
export type InsertFate = 'pass' | 'refuse' | 'loseAnswer';

/** Stands between Nightjar and the store at one address, however often the store changes its own. */
export class StoreProxy {
	fate: InsertFate = 'pass';
	/** Where the store is now. */
	target = '';
	refused = 0;
	lost = 0;
	/** Inserts that the store itself refused. */
	failed = 0;
	readonly #server: Server;

	constructor() {
		this.#server = createServer((from, to) => {
			this.#pass(from, to);
		});
		this.#server.keepAliveTimeout = 30_000;
	}

	async listen(): Promise<string> {
		await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	close(): void {
		this.#server.closeAllConnections();
		this.#server.close();
	}

	#pass(from: IncomingMessage, to: ServerResponse): void {
		const insert = /[?&]query=INSERT/i.test(from.url ?? '');
		const fate = insert ? this.fate : 'pass';
		if (fate === 'refuse') {
			this.refused += 1;
			from.resume();
			from.once('end', () => {
				to.writeHead(500, { 'x-clickhouse-exception-code': '252', 'content-type': 'text/plain' });
				to.end(
					'Code: 252. DB::Exception: Too many parts. Merges are processing significantly slower than inserts. (TOO_MANY_PARTS)',
				);
			});
			return;
		}
		const address = new URL(this.target);
		const headers = { ...from.headers, host: address.host };
		// a connection each: one that the store has just closed for being idle would look like a fault that nobody did
		const onward = request(
			{ host: address.hostname, port: address.port, method: from.method, path: from.url, headers, agent: false },
			(answer) => {
				if (fate === 'loseAnswer') {
					this.lost += 1;
					answer.resume();
					answer.once('end', () => to.destroy());
					return;
				}
				if (insert && answer.statusCode !== 200) this.failed += 1;
				to.writeHead(answer.statusCode ?? 502, answer.headers);
				answer.pipe(to);
				answer.once('error', () => to.destroy());
			},
		);
		onward.once('error', () => to.destroy());
		to.once('close', () => onward.destroy());
		from.pipe(onward);
	}
}
