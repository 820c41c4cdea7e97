import type { Letter } from '../mail/mail.ts';

/** How long a link of a letter works, for people. */
const END = 'If you did not ask for this, leave it: nothing happens without the link.';

/** The letters that accounts need; each gets the address of its page. */
export const LETTERS = {
	signUp: (to: string, link: string): Letter => ({
		to,
		subject: 'Your account at Nightjar',
		text: `Somebody, most likely you, asked for an account at Nightjar with this address.

Choose a password here, within a day:
${link}

${END}
`,
	}),
	known: (to: string, signIn: string, reset: string): Letter => ({
		to,
		subject: 'You have an account at Nightjar',
		text: `Somebody, most likely you, asked for an account at Nightjar with this address, which has one already.

Sign in: ${signIn}
Choose another password: ${reset}

${END}
`,
	}),
	reset: (to: string, link: string): Letter => ({
		to,
		subject: 'Another password for Nightjar',
		text: `Somebody, most likely you, asked to choose another password for the account at Nightjar with this address.

Choose it here, within an hour:
${link}

${END}
`,
	}),
	address: (to: string, link: string): Letter => ({
		to,
		subject: 'Confirm your new address at Nightjar',
		text: `An account at Nightjar is to use this address from now on.

Confirm it here, within a day:
${link}

${END}
`,
	}),
	addressTaken: (to: string): Letter => ({
		to,
		subject: 'This address has an account at Nightjar',
		text: `Somebody wanted to move their account at Nightjar to this address, which has an account of its own. Nothing was changed.
`,
	}),
	addressLeaves: (to: string, next: string, support: string): Letter => ({
		to,
		subject: 'Your account at Nightjar is to change its address',
		text: `Somebody who knows your password asked to move your account at Nightjar to ${next}.

If that was not you, choose another password now: ${support}
`,
	}),
	passwordChanged: (to: string, reset: string): Letter => ({
		to,
		subject: 'Your password at Nightjar was changed',
		text: `The password of your account at Nightjar was changed, and every other session was signed out.

If that was not you, choose another now: ${reset}
`,
	}),
	invitation: (to: string, from: string, group: string, link: string): Letter => ({
		to,
		subject: `${from} invites you to the group ${group} at Nightjar`,
		text: `${from} invites you to join the group "${group}" at Nightjar.

Join, within two weeks; you need an account with this address, and can make one:
${link}
`,
	}),
} as const;
