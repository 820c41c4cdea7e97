import { existsSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { type Config, preparePortalEnvironment, PROTOCOL_HEADER, readConfig } from '#server/config.ts';
import { CommandError, EXIT, type Subcommand } from './command.ts';
import { requireWritable } from './home.ts';
import { listen } from './listen.ts';
import { usage } from './usage.ts';

const HELP = `
nightjar portal: serves the portal and the public API.

Use: nightjar portal

It reads the store of NIGHTJAR_HOME, or the ClickHouse of NIGHTJAR_STORE_URL, and listens on HOST (127.0.0.1) and PORT
(3000). Behind a proxy, set ORIGIN to the address that readers see.
`;

function isPortal(module: unknown): module is { handler: RequestListener } {
	return typeof module === 'object' && module !== null && 'handler' in module && typeof module.handler === 'function';
}

/** Loads the built portal. */
async function loadHandler(install: string): Promise<RequestListener> {
	const file = join(install, 'build', 'handler.js');
	if (!existsSync(file)) {
		throw new CommandError(`The portal is not built: ${file} does not exist. Run npm run build in ${install}.`);
	}
	preparePortalEnvironment();
	const module: unknown = await import(/* @vite-ignore */ pathToFileURL(file).href);
	if (!isPortal(module)) throw new CommandError(`${file} is not a built portal. Run npm run build in ${install}.`);
	return module.handler;
}

/** Longer than a proxy keeps an idle connection (a minute, mostly): who closes first must not be us, or a request that is on its way is lost. */
const KEEP_ALIVE_MS = 75_000;

/**
 * The portal's server. The adapter takes https for granted and would refuse form posts on a plain connection:
 * the protocol header is ours alone, whatever a client sends.
 */
function createPortal(handler: RequestListener, config: Config): Server {
	return createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
		request.headers[PROTOCOL_HEADER] =
			config.publicOrigin === null ? 'http' : new URL(config.publicOrigin).protocol.slice(0, -1);
		handler(request, response);
	});
}

/** Resolves once a signal asked to end and the connections are closed, the open streams after a second. */
function untilStopped(server: Server): Promise<void> {
	return new Promise((resolve) => {
		const stop = (): void => {
			server.close(() => {
				resolve();
			});
			server.closeIdleConnections();
			setTimeout(() => {
				server.closeAllConnections();
			}, 1000).unref();
		};
		process.once('SIGINT', stop);
		process.once('SIGTERM', stop);
	});
}

export const portal: Subcommand = {
	help: HELP,
	async run({ args, install }) {
		usage(() => parseArgs({ args: [...args], options: {} }));
		const config = readConfig();
		// accounts and keys lie there; a full disk does not keep anyone from reading
		await requireWritable(config.home);
		const handler = await loadHandler(install);
		const server = createPortal(handler, config);
		const url = await listen(server, config.host, config.port);
		if (process.send) process.send({ kind: 'listening', url });
		else console.log(`The portal listens on ${url}`);
		await untilStopped(server);
		// the handler keeps connections of its own to the store
		process.exit(EXIT.done);
	},
};
