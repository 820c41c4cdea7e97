import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { closeAccounts, openAccounts } from '#lib/server/accounts/database.ts';
import { addUser } from '#lib/server/accounts/user.ts';
import type { Desk } from '#lib/server/deliver/filterOutputs.ts';
import { enqueue } from '#lib/server/deliver/queue.ts';
import { sendDue } from '#lib/server/deliver/run.ts';
import { type Mail, MailError, openMail } from '#lib/server/mail/mail.ts';
import { makeHome, removeHome } from '../../../support/nightjar.ts';
import { LOGIN, type MailServer, startMailServer } from '../../../support/smtp.ts';

let server: MailServer;
/** One that offers no encryption. */
let bare: MailServer;
const home = makeHome();
beforeAll(async () => {
	server = await startMailServer();
	bare = await startMailServer({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true });
});
afterAll(async () => {
	await server.stop();
	await bare.stop();
	closeAccounts(home);
	removeHome(home);
});
afterEach(() => {
	server.refuse = 0;
	server.taken.length = 0;
	bare.logins.length = 0;
});

const mailBy = (url: string): Mail =>
	openMail({ home, accounts: { mail: { kind: 'smtp', url }, mailFrom: 'Nightjar <alerts@example.org>' } });
const letter = { to: 'vera@example.org', subject: 'Three alerts', text: 'Times are UTC.\n' };

async function problem(work: Promise<void>): Promise<string> {
	const error = await work.then(
		() => new Error('it worked'),
		(reason: unknown) => reason,
	);
	if (!(error instanceof MailError)) throw error;
	return error.message;
}

describe('a mail server', () => {
	it('gets a letter, encrypted and by its login', async () => {
		const headers = { 'List-Unsubscribe': '<https://nightjar.example/unsubscribe/x>' };
		await mailBy(server.url()).send({ ...letter, subject: 'Drei Alarme über Palomar', headers });
		const [taken] = server.taken;
		expect(taken).toMatchObject({
			from: 'alerts@example.org',
			to: ['vera@example.org'],
			user: LOGIN.user,
			encrypted: true,
			text: 'Times are UTC.\n',
		});
		expect(taken?.head).toMatch(/^From: Nightjar <alerts@example\.org>$/m);
		expect(taken?.head).toMatch(/^Subject: =\?UTF-8\?Q\?Drei_Alarme_=C3=BCber_Palomar\?=$/m);
		expect(taken?.head).toMatch(/^List-Unsubscribe: <https:\/\/nightjar\.example\/unsubscribe\/x>$/m);
		expect(taken?.head).toMatch(/^Auto-Submitted: auto-generated$/m);
		await mailBy(server.url()).check();
		expect(server.taken).toHaveLength(1);
	});

	it('is given no header and no receiver by what people wrote', async () => {
		const mail = mailBy(server.url());
		for (const to of [
			'vera@example.org, all@example.net',
			'vera@example.org\r\nBcc: all@example.net',
			'vera@example.org> SIZE=1\r\nRCPT TO:<all@example.net',
			'Vera <vera@example.org>',
			'',
		]) {
			await expect(mail.send({ ...letter, to }), to).rejects.toThrow('A letter needs one address.');
		}
		expect(server.taken).toEqual([]);
		const evil = 'Owls\r\nBcc: all@example.net\r\n\r\nBuy owls';
		await mail.send({ ...letter, subject: evil, text: `.\r\n${evil}\n.\nQUIT\n`, headers: { 'List-Id': evil } });
		const [taken] = server.taken;
		expect(taken?.to).toEqual(['vera@example.org']);
		expect(taken?.head).not.toMatch(/^(?:bcc|cc):/im);
		expect(taken?.head.match(/^to:/gim)).toHaveLength(1);
		// the text stays text to its end
		expect(taken?.text).toContain('QUIT');
		expect(server.taken).toHaveLength(1);
	});

	it('that refuses the login is told so, without the password, the address or its own words', async () => {
		const mail = mailBy(server.url({ password: 'wrong-secret' }));
		const words = await problem(mail.send(letter));
		expect(words).toBe(
			'The mail server refuses the login: check user and password of NIGHTJAR_SMTP_URL. (It says 535.)',
		);
		expect(await problem(mail.check())).toBe(words);
	});

	it('gets no password in clear, unless it is on this machine', async () => {
		// this machine under an address that does not say so
		const words = await problem(mailBy(bare.url({ host: '0.0.0.0' })).send(letter));
		expect(words).toContain('the password is not sent in clear');
		expect(bare.logins).toEqual([]);
		await mailBy(bare.url()).send(letter);
		expect(bare.logins).toEqual([LOGIN.user]);
		expect(bare.taken[0]?.encrypted).toBe(false);
	});

	it('whose certificate nobody signed, or that is away, is told so', async () => {
		expect(await problem(mailBy(server.url({ trust: false })).send(letter))).toMatch(/certificate|encryption/);
		expect(await problem(mailBy('smtp://127.0.0.1:9').send(letter))).toContain('cannot be reached');
	});

	it('that refuses a letter keeps it in the queue, and gets it later, once', async () => {
		const database = openAccounts(home);
		const user = addUser(database, { email: 'vera@example.org', name: 'Vera', password: null });
		const desk = { database, home, mail: mailBy(server.url()), portal: '', privateHosts: [] };
		const payload = JSON.stringify({ subject: 'Set aside', text: 'It takes 9 ms.', filterId: 'f' });
		enqueue(database, {
			...{ kind: 'notice', lane: 'notice', ownerId: user?.id ?? '', outputId: null, payload, visibleAt: Date.now() },
		});
		const row = () =>
			database.get<{ state: string; attempts: number; error: string }>('SELECT state, attempts, error FROM deliveries');
		server.refuse = 451;
		// a notice reads nothing of the store
		await sendDue(desk as unknown as Desk, { nowMs: Date.now() + 1000 });
		expect(row()).toEqual({
			...{ state: 'waiting', attempts: 1 },
			error: 'The mail server does not take this letter. (It says 451.)',
		});
		server.refuse = 0;
		await sendDue(desk as unknown as Desk, { nowMs: Date.now() + 60_000 });
		await sendDue(desk as unknown as Desk, { nowMs: Date.now() + 90_000 });
		expect(row()).toMatchObject({ state: 'sent' });
		expect(server.taken.map(({ to }) => to)).toEqual([['vera@example.org']]);
	});
});
