import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A TAP service that answers as SIMBAD's does: `answer` is what it says to the next questions, `asked` what it was asked in ADQL. */
export class SimbadStandIn {
	readonly #server: Server;
	readonly asked: string[] = [];
	answer: { status: number; body: string } = SimbadStandIn.rows();

	private constructor() {
		this.#server = createServer((request, response) => {
			const url = new URL(request.url ?? '/', 'http://simbad.invalid');
			this.asked.push(url.searchParams.get('query') ?? '');
			response.writeHead(this.answer.status, { 'content-type': 'application/json' });
			response.end(this.answer.body);
		});
	}

	/** An answer of rows [main_id, ra, dec]. */
	static rows(...data: readonly (readonly [string, number | null, number | null])[]): { status: number; body: string } {
		const metadata = ['main_id', 'ra', 'dec'].map((name) => ({
			name,
			datatype: name === 'main_id' ? 'char' : 'double',
		}));
		return { status: 200, body: JSON.stringify({ metadata, data }) };
	}

	static async start(): Promise<SimbadStandIn> {
		const standIn = new SimbadStandIn();
		await new Promise<void>((resolve) => {
			standIn.#server.listen(0, '127.0.0.1', resolve);
		});
		return standIn;
	}

	/** HOST:PORT. */
	get host(): string {
		return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	get url(): string {
		return `http://${this.host}/simbad/sim-tap/sync`;
	}

	async stop(): Promise<void> {
		await new Promise((resolve) => this.#server.close(resolve));
	}
}
