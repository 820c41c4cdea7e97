import { parseArgs } from 'node:util';
import { audit } from '#lib/server/accounts/audit.ts';
import { openAccounts, type AccountsDatabase } from '#lib/server/accounts/database.ts';
import { resetLink } from '#lib/server/accounts/signIn.ts';
import {
	addUser,
	findUserByEmail,
	listUsers,
	operatorCount,
	readEmail,
	readName,
	setOperator,
	type User,
} from '#lib/server/accounts/user.ts';
import { type Config, readConfig } from '#server/config.ts';
import { CommandError, EXIT, type Subcommand, UsageError } from './command.ts';
import { openHome } from './home.ts';
import { addressUrl } from './listen.ts';
import { usage } from './usage.ts';

const HELP = `
nightjar user: accounts of the portal, from the machine that it runs on.

Use: nightjar user add EMAIL [--name NAME] [--operator]
     nightjar user reset EMAIL
     nightjar user operator EMAIL [--off]
     nightjar user list

  add        makes an account and prints a link with which its owner chooses a password, within a day
  reset      prints such a link for an account that is there
  operator   makes an account an operator's, or takes that away with --off
  list       lists the accounts

  --name NAME   what others see; without it, what stands before the @
  --operator    the account is an operator's: users, groups, rights and raw status

The portal may run meanwhile. Links lead to ORIGIN, or to HOST and PORT.
`;

const LINK_SECONDS = 86_400;

function accountOf(database: AccountsDatabase, text: string | undefined): User {
	const email = addressOf(text);
	const user = findUserByEmail(database, email);
	if (user === null) throw new CommandError(`No account has the address ${email}. nightjar user list shows them.`);
	return user;
}

function addressOf(text: string | undefined): string {
	if (text === undefined) throw new UsageError('Write the e-mail address of the account, like vera@example.org.');
	const email = readEmail(text);
	if (email === null) throw new UsageError(`"${text}" is no e-mail address.`);
	return email;
}

function printLink(database: AccountsDatabase, user: User, config: Config): void {
	const base = config.publicOrigin ?? addressUrl(config.host, config.port);
	const link = resetLink({ database, page: (path) => `${base}${path}` }, user, LINK_SECONDS);
	console.log(`Choose a password within a day: ${link}`);
}

function add(
	database: AccountsDatabase,
	config: Config,
	text: string | undefined,
	options: { name?: string; operator: boolean },
): void {
	const email = addressOf(text);
	const name = readName(options.name ?? email.split('@')[0] ?? '');
	if (name === null) throw new UsageError('--name takes 1 to 80 letters.');
	const user = addUser(database, { email, name, password: null, operator: options.operator });
	if (user === null) {
		throw new CommandError(`${email} has an account already. nightjar user operator ${email} makes it an operator's.`);
	}
	audit(database, { actor: null, action: 'user.add', subject: email, detail: options.operator ? 'operator' : '' });
	console.log(`${email} has an account${options.operator ? ' as an operator' : ''}.`);
	printLink(database, user, config);
}

function changeOperator(database: AccountsDatabase, user: User, operator: boolean): void {
	if (!operator && user.operator && operatorCount(database) < 2) {
		throw new CommandError(`${user.email} is the only operator: make another one first.`);
	}
	setOperator(database, user.id, operator);
	audit(database, { actor: null, action: 'user.operator', subject: user.email, detail: operator ? 'on' : 'off' });
	console.log(`${user.email} is ${operator ? 'an operator' : 'no operator any more'}.`);
}

export const user: Subcommand = {
	help: HELP,
	async run({ args }) {
		const { values, positionals } = usage(() =>
			parseArgs({
				args: [...args],
				allowPositionals: true,
				options: { name: { type: 'string' }, operator: { type: 'boolean' }, off: { type: 'boolean' } },
			}),
		);
		const [action, email, ...more] = positionals;
		if (more.length > 0) throw new UsageError(`One address at a time: ${more.join(' ')} is too much.`);
		const config = readConfig();
		await openHome(config.home);
		const database = openAccounts(config.home);
		switch (action) {
			case 'add': {
				const { name, operator = false } = values;
				add(database, config, email, { ...(name === undefined ? {} : { name }), operator });
				return EXIT.done;
			}
			case 'reset':
				printLink(database, accountOf(database, email), config);
				return EXIT.done;
			case 'operator':
				changeOperator(database, accountOf(database, email), values.off !== true);
				return EXIT.done;
			case 'list': {
				const rows = listUsers(database, '', 100_000).map((one) => [
					one.email,
					one.name,
					one.operator ? 'operator' : 'user',
					one.disabled ? 'shut' : one.hasPassword ? '' : 'no password yet',
				]);
				console.log(rows.length === 0 ? 'There is no account yet.' : rows.map((row) => row.join('\t')).join('\n'));
				return EXIT.done;
			}
			case undefined:
			default:
				throw new UsageError('Say what to do: add, reset, operator or list (--help tells more).');
		}
	},
};
