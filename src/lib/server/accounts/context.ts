import type { RequestEvent } from '@sveltejs/kit';
import { isOperator } from '../answer.ts';
import { type Mail, openMail } from '../mail/mail.ts';
import { type AccountsDatabase, openAccounts } from './database.ts';
import type { Deed } from './audit.ts';
import { audit } from './audit.ts';
import { startSession } from './session.ts';
import { setSessionCookie } from './identify.ts';

/** What the forms of accounts work with. */
export interface Desk {
	readonly database: AccountsDatabase;
	readonly mail: Mail;
	/** Address of whoever asks. */
	readonly address: string;
	/** The full address of a page here, for a letter. */
	page(path: string): string;
	/** A link to show on the page instead of a letter: where letters go to files and the reader sits at the machine. */
	shown(link: string): string | null;
	/** Writes down what was done, with the address. */
	note(deed: Omit<Deed, 'address'>): void;
	/** Signs somebody in on this browser, with a session of its own. */
	admit(userId: string): Promise<void>;
}

export function clientAddress(event: Pick<RequestEvent, 'getClientAddress'>): string {
	try {
		return event.getClientAddress();
	} catch {
		return 'unknown';
	}
}

/** What the forms of accounts work with, for one request. */
export function deskOf(event: RequestEvent): Desk {
	const { config } = event.locals;
	const database = openAccounts(config.home);
	const mail = openMail(config);
	const address = clientAddress(event);
	const base = config.publicOrigin ?? event.url.origin;
	const atTheMachine = isOperator(event.request, address, config);
	return {
		database,
		mail,
		address,
		page: (path) => `${base}${path}`,
		shown: (link) => (mail.kind === 'files' && atTheMachine ? link : null),
		note: (deed) => {
			audit(database, { ...deed, address });
		},
		admit: async (userId) => {
			const agent = event.request.headers.get('user-agent') ?? '';
			setSessionCookie(event.cookies, event.url, await startSession(database, userId, { agent, address }));
		},
	};
}
