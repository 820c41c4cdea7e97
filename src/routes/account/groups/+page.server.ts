import { fail, redirect, type RequestEvent } from '@sveltejs/kit';
import { type Desk, deskOf } from '#lib/server/accounts/context.ts';
import { openAccounts } from '#lib/server/accounts/database.ts';
import { field, signedIn } from '#lib/server/accounts/form.ts';
import {
	addGroup,
	dropInvitation,
	groupName,
	groupsOf,
	invitationsFor,
	invite,
	joinGroup,
	membership,
	removeMember,
	setAdmin,
} from '#lib/server/accounts/group.ts';
import { LETTERS } from '#lib/server/accounts/letterTexts.ts';
import { maySend } from '#lib/server/accounts/link.ts';
import { readEmail, readName, type User } from '#lib/server/accounts/user.ts';
import { post } from '#lib/server/mail/mail.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals, url }) => {
	const { user } = signedIn(locals, url);
	const database = openAccounts(locals.config.home);
	return {
		user,
		groups: groupsOf(database, user.id),
		invitations: invitationsFor(database, user),
		done: url.searchParams.get('done'),
	};
};

function wrong(part: string, problem: string) {
	return fail(400, { part, problem });
}

const NOT_YOURS = 'Only those who run a group do this.';

async function acting(event: RequestEvent): Promise<{ form: FormData; desk: Desk; user: User; groupId: string }> {
	const { user } = signedIn(event.locals, event.url);
	const form = await event.request.formData();
	return { form, desk: deskOf(event), user, groupId: field(form, 'group', 40) };
}

export const actions: Actions = {
	add: async (event) => {
		const { form, desk, user } = await acting(event);
		const name = readName(field(form, 'name', 200));
		if (name === null) return wrong('add', 'A group has a name of 1 to 80 letters, which is no web address.');
		const about = field(form, 'about', 400)
			.replace(/\p{C}+/gu, ' ')
			.trim();
		if (addGroup(desk.database, user.id, { name, about }) === null) {
			return wrong('add', 'There is a group of that name, or you run twenty already.');
		}
		desk.note({ actor: user, action: 'group.add', subject: name });
		redirect(303, '/account/groups?done=added');
	},
	invite: async (event) => {
		const { form, desk, user, groupId } = await acting(event);
		if (membership(desk.database, groupId, user.id) !== 'admin') return wrong(groupId, NOT_YOURS);
		const email = readEmail(field(form, 'email', 254));
		if (email === null) return wrong(groupId, 'Write the e-mail address of whom you invite, like vera@example.org.');
		if (maySend(email, desk.address) === 'asker')
			return wrong(groupId, 'Too many letters were sent: try again in an hour.');
		if (!invite(desk.database, groupId, user.id, email)) {
			return wrong(groupId, 'They are in the group already, or it is full.');
		}
		const name = groupName(desk.database, groupId) ?? '';
		post(desk.mail, LETTERS.invitation(email, user.name, name, desk.page('/account/groups')));
		desk.note({ actor: user, action: 'group.invite', subject: name, detail: email });
		redirect(303, '/account/groups?done=invited');
	},
	withdraw: async (event) => {
		const { form, desk, user, groupId } = await acting(event);
		if (membership(desk.database, groupId, user.id) !== 'admin') return wrong(groupId, NOT_YOURS);
		dropInvitation(desk.database, groupId, field(form, 'email', 254));
		redirect(303, '/account/groups');
	},
	join: async (event) => {
		const { desk, user, groupId } = await acting(event);
		if (!joinGroup(desk.database, user, groupId))
			return wrong('join', 'This invitation was taken back, or its time is over.');
		desk.note({ actor: user, action: 'group.join', subject: groupName(desk.database, groupId) ?? groupId });
		redirect(303, '/account/groups?done=joined');
	},
	decline: async (event) => {
		const { desk, user, groupId } = await acting(event);
		dropInvitation(desk.database, groupId, user.email);
		redirect(303, '/account/groups');
	},
	remove: async (event) => {
		const { form, desk, user, groupId } = await acting(event);
		const member = field(form, 'member', 40);
		if (member !== user.id && membership(desk.database, groupId, user.id) !== 'admin') return wrong(groupId, NOT_YOURS);
		const name = groupName(desk.database, groupId) ?? groupId;
		const gone = removeMember(desk.database, groupId, member);
		if (gone === 'last admin') return wrong(groupId, 'Nobody else runs this group: let another member run it first.');
		if (gone === 'gone') desk.note({ actor: user, action: 'group.remove', subject: name, detail: member });
		redirect(303, '/account/groups?done=removed');
	},
	promote: async (event) => {
		const { form, desk, user, groupId } = await acting(event);
		if (membership(desk.database, groupId, user.id) !== 'admin') return wrong(groupId, NOT_YOURS);
		const member = field(form, 'member', 40);
		if (setAdmin(desk.database, groupId, member)) {
			desk.note({
				actor: user,
				action: 'group.promote',
				subject: groupName(desk.database, groupId) ?? groupId,
				detail: member,
			});
		}
		redirect(303, '/account/groups');
	},
};
