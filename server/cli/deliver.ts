import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openAccounts } from '#lib/server/accounts/database.ts';
import { runDeliver } from '#lib/server/deliver/run.ts';
import { openMail } from '#lib/server/mail/mail.ts';
import { readConfig } from '#server/config.ts';
import { SlotTaken, takeSlot } from '#server/ingest/store/slot.ts';
import { CommandError, EXIT, type Invocation, type Subcommand } from './command.ts';
import { ensureStore } from './embeddedStore.ts';
import { openHome } from './home.ts';
import { stopOnSignal } from './ingest.ts';
import { addressUrl } from './listen.ts';
import { usage } from './usage.ts';

const HELP = `
nightjar deliver: sends what people asked to be told: hits of their filters to webhooks and by mail.

Use: nightjar deliver

It follows the hits in the store, puts them into a queue that outlives it, and sends each at least once, in order, with what
its owner may see at that moment. What fails is tried again after pauses that grow, for about a day; then it is set aside as
dead, and shown on the page of the filter. Addresses in private networks are refused, unless NIGHTJAR_PRIVATE_HOSTS names
them. "nightjar start" runs it; one process of a machine does.
`;

async function run({ args, install }: Invocation): Promise<number> {
	usage(() => parseArgs({ args: [...args], options: {} }));
	const config = readConfig();
	await openHome(config.home);
	let release: () => void;
	try {
		release = takeSlot(join(config.home, 'slots'), 'deliver');
	} catch (error) {
		if (error instanceof SlotTaken) throw new CommandError('Another process of this machine delivers already.');
		throw error;
	}
	const stop = stopOnSignal();
	const { store, child } = await ensureStore(config, install, () => undefined, stop.signal);
	try {
		const { migrate } = await import('#clickhouse/migrate.ts');
		await migrate(store, { cluster: config.cluster });
		const desk = {
			...{ database: openAccounts(config.home), store, home: config.home, mail: openMail(config) },
			portal: config.publicOrigin ?? addressUrl(config.host, config.port),
			privateHosts: config.privateHosts,
		};
		await runDeliver(desk, stop.signal, console.log);
		return EXIT.done;
	} finally {
		await store.close();
		await child?.stop();
		release();
	}
}

export const deliver: Subcommand = { help: HELP, run };
