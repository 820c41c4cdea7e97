import { error, fail, redirect, type RequestEvent } from '@sveltejs/kit';
import { type Desk, deskOf } from '#lib/server/accounts/context.ts';
import { openAccounts } from '#lib/server/accounts/database.ts';
import { field, fields, operatorOf } from '#lib/server/accounts/form.ts';
import { allGroups, deleteGroup, grantable, groupName, rightsOf, setRights } from '#lib/server/accounts/group.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals, url }) => {
	operatorOf(locals, url);
	return {
		groups: allGroups(openAccounts(locals.config.home)),
		programmes: grantable(),
		done: url.searchParams.get('done'),
	};
};

async function acting(
	event: RequestEvent,
): Promise<{ form: FormData; desk: Desk; me: { id: string; name: string }; groupId: string; name: string }> {
	const me = operatorOf(event.locals, event.url);
	const form = await event.request.formData();
	const desk = deskOf(event);
	const groupId = field(form, 'group', 40);
	const name = groupName(desk.database, groupId);
	if (name === null) error(404, 'There is no such group.');
	return { form, desk, me, groupId, name };
}

export const actions: Actions = {
	grant: async (event) => {
		const { form, desk, me, groupId, name } = await acting(event);
		const wanted = fields(form, 'right').flatMap((text) => {
			const [survey, programme] = text.split(' ');
			return survey === undefined || programme === undefined ? [] : [{ survey, programme }];
		});
		setRights(desk.database, groupId, wanted, me.id);
		const now = rightsOf(desk.database, groupId).map(({ survey, programme }) => `${survey} ${programme}`);
		desk.note({
			actor: me,
			action: 'group.grant',
			subject: name,
			detail: now.length === 0 ? 'nothing' : now.join(', '),
		});
		redirect(303, `/operator/groups?done=${groupId}#${groupId}`);
	},
	delete: async (event) => {
		const { form, desk, me, groupId, name } = await acting(event);
		if (field(form, 'name', 100).trim() !== name) {
			return fail(400, { groupId, problem: 'Write the name of the group, so that none is deleted by accident.' });
		}
		deleteGroup(desk.database, groupId);
		desk.note({ actor: me, action: 'group.delete', subject: name });
		redirect(303, '/operator/groups?done=deleted');
	},
};
