import { CLASSES, type Obj, type Row, type SourceRow, type State, type User } from './state.ts';

/** An error as SkyPortal answers it: HTTP status and `message`. */
export class Refusal extends Error {
	constructor(
		readonly status: number,
		message: string,
	) {
		super(message);
	}
}

export interface Ask {
	readonly state: State;
	readonly user: User;
	readonly token: string;
	readonly query: URLSearchParams;
	readonly body: Row;
	/** Parts of the path in the order of the pattern. */
	readonly parts: readonly string[];
}

interface Route {
	readonly method: string;
	readonly path: RegExp;
	/** Right that the token needs. */
	readonly acl: string | null;
	readonly answer: (ask: Ask) => unknown;
}

const OBJ_ID = /^[a-zA-Z0-9_\-;:+.]+$/;
/** Columns of an object that a client may write; the schema refuses others. */
const OBJ_COLUMNS = new Set([
	'id',
	'ra',
	'dec',
	'redshift',
	'score',
	'origin',
	'altdata',
	'transient',
	'varstar',
	'alias',
	'tns_name',
]);

/** As Python's str() makes text of a string or number; '' of nothing. */
const textOf = (value: unknown): string =>
	typeof value === 'string' || typeof value === 'number' ? String(value) : '';
const now = (): string => new Date().toISOString().replace('Z', '');
const groupsOf = (state: State, user: User): number[] =>
	state.memberships.filter(({ userId }) => userId === user.id).map(({ groupId }) => groupId);
const groupView = (state: State, id: number): Row => {
	const group = state.groups.find((one) => one.id === id);
	return {
		id,
		name: group?.name,
		nickname: group?.nickname ?? null,
		description: null,
		private: false,
		single_user_group: group?.single ?? false,
		auto_accept_requests: false,
		created_at: '2024-01-02T03:04:05.678',
		modified: '2024-01-02T03:04:05.678',
	};
};

/** Saved where this person can see it. */
function readable({ state, user }: Ask, id: string): Obj | null {
	const obj = state.objs.get(id);
	const mine = groupsOf(state, user);
	const seen =
		state.sources.some(({ objId, groupId, active }) => objId === id && active && mine.includes(groupId)) ||
		state.candidates.some(({ objId, filterId }) => {
			const filter = state.filters.find((one) => one.id === filterId);
			return objId === id && filter !== undefined && mine.includes(filter.groupId);
		});
	return obj !== undefined && seen ? obj : null;
}

function requireObj(ask: Ask, id: string): Obj {
	const obj = readable(ask, id);
	if (obj === null) throw new Refusal(404, `Obj ${id} not found`);
	return obj;
}

function sourceGroups({ state, user }: Ask, id: string): Row[] {
	const mine = groupsOf(state, user);
	return state.sources
		.filter((row) => row.objId === id && mine.includes(row.groupId) && (row.active || row.requested))
		.map((row) => ({
			...groupView(state, row.groupId),
			active: row.active,
			requested: row.requested,
			saved_at: row.savedAt,
			saved_by: { id: row.savedBy, username: state.users.find((one) => one.id === row.savedBy)?.username },
		}));
}

function sourceView(ask: Ask, obj: Obj): Row {
	return {
		...obj,
		ra_dis: null,
		dec_dis: null,
		redshift_error: null,
		tns_name: null,
		alias: null,
		internal_key: '4a9e',
		groups: sourceGroups(ask, obj.id),
		classifications: ask.state.classifications.filter((row) => row['obj_id'] === obj.id),
		annotations: annotationsOf(ask, obj.id),
		followup_requests: [],
		thumbnails: [],
		...(yes(ask.query.get('includeComments')) ? { comments: commentsOf(ask, obj.id) } : {}),
	};
}

const yes = (text: string | null): boolean => /^(?:true|yes|t|1)$/i.test(text ?? '');

function annotationsOf({ state, user }: Ask, id: string): Row[] {
	const mine = groupsOf(state, user);
	return state.annotations
		.filter((row) => row.objId === id && row.groupIds.some((group) => mine.includes(group)))
		.map((row) => ({
			id: row.id,
			obj_id: row.objId,
			origin: row.origin,
			data: row.data,
			author_id: row.authorId,
			author: { id: row.authorId, username: 'jdoe', contact_email: 'jdoe@example.org' },
			type: 'source',
			created_at: '2026-11-18T05:12:33.000001',
			modified: '2026-11-18T05:12:33.000001',
		}));
}

function commentsOf({ state, user }: Ask, id: string): Row[] {
	const mine = groupsOf(state, user);
	return state.comments
		.filter((row) => row.objId === id && row.groupIds.some((group) => mine.includes(group)))
		.map((row) => ({
			id: row.id,
			obj_id: row.objId,
			text: row.text,
			author_id: row.authorId,
			author: { id: row.authorId, username: 'jdoe', contact_email: 'jdoe@example.org' },
			bot: true,
			created_at: '2026-11-18T06:00:00.000001',
		}));
}

function numbers(value: unknown, name: string): number[] {
	if (!Array.isArray(value) || !value.every((one) => Number.isInteger(one))) {
		throw new Refusal(400, `Invalid/missing parameters: {'${name}': ['Not a valid list.']}`);
	}
	return value as number[];
}

/** The groups named, else all of the person's: SkyPortal's own default, and its trap. */
function wantedGroups({ state, user, body }: Ask, fallback: (mine: number[]) => number[]): number[] {
	const mine = groupsOf(state, user);
	const wanted = body['group_ids'] === undefined ? fallback(mine) : numbers(body['group_ids'], 'group_ids');
	const foreign = wanted.find((id) => !mine.includes(id));
	if (foreign !== undefined) throw new Refusal(400, `Cannot find group_id ${foreign}. Please remove and try again.`);
	if (wanted.length === 0) {
		throw new Refusal(
			400,
			'Invalid group_ids field. You must belong to one or more groups before you can add sources.',
		);
	}
	return wanted;
}

function postSource(ask: Ask): Row {
	const { state, user, body } = ask;
	const id = textOf(body['id']);
	if (body['id'] === undefined) throw new Refusal(400, "Failed to post source: 'id'");
	if (!OBJ_ID.test(id)) throw new Refusal(400, `Failed to post source: Illegal characters in obj id ${id}.`);
	const unknown = Object.keys(body).find(
		(key) => !OBJ_COLUMNS.has(key) && key !== 'group_ids' && key !== 'refresh_source',
	);
	const known = state.objs.get(id);
	if (unknown !== undefined && known === undefined) {
		throw new Refusal(400, `Failed to post source: Invalid/missing parameters: {'${unknown}': ['Unknown field.']}`);
	}
	const groups = wantedGroups(ask, (mine) => mine);
	for (const groupId of groups) {
		const can = state.memberships.some((one) => one.userId === user.id && one.groupId === groupId && one.canSave);
		if (!can)
			throw new Refusal(400, `Failed to post source: User does not have power to save to group with ID ${groupId}.`);
	}
	if (known === undefined) {
		if (typeof body['ra'] !== 'number' || typeof body['dec'] !== 'number') {
			throw new Refusal(400, 'Failed to post source: RA/Declination must not be null for a new Obj');
		}
		state.objs.set(id, newObj(id, body));
	}
	for (const groupId of groups) {
		saveTo(ask, id, groupId);
		if (state.groups.find((one) => one.id === groupId)?.autoPublish) state.published.push({ objId: id, groupId });
	}
	return { id, saved_to_groups: groups };
}

function newObj(id: string, body: Row): Obj {
	return {
		id,
		ra: body['ra'] as number,
		dec: body['dec'] as number,
		redshift: null,
		score: (body['score'] as number | undefined) ?? null,
		origin: (body['origin'] as string | undefined) ?? null,
		altdata: body['altdata'] ?? null,
	};
}

function saveTo({ state, user }: Ask, objId: string, groupId: number): void {
	const row = state.sources.find((one) => one.objId === objId && one.groupId === groupId);
	if (row !== undefined) {
		row.active = true;
		row.requested = false;
	} else {
		const fresh: SourceRow = { objId, groupId, active: true, requested: false, savedBy: user.id, savedAt: now() };
		state.sources.push(fresh);
	}
}

function postSourceGroups(ask: Ask): Row {
	const { state, user, body } = ask;
	const extra = Object.keys(body).find((key) => !['objId', 'inviteGroupIds', 'unsaveGroupIds'].includes(key));
	if (extra !== undefined) throw new Refusal(400, `Invalid/missing parameters: {'${extra}': ['Unknown field.']}`);
	const id = String(body['objId']);
	requireObj(ask, id);
	const mine = groupsOf(state, user);
	for (const groupId of numbers(body['unsaveGroupIds'] ?? [], 'unsaveGroupIds')) {
		const row = state.sources.find((one) => one.objId === id && one.groupId === groupId && one.active);
		if (row === undefined) {
			throw new Refusal(400, 'Specified source is not saved to group from which it was to be unsaved.');
		}
		row.active = false;
	}
	for (const groupId of numbers(body['inviteGroupIds'] ?? [], 'inviteGroupIds')) {
		if (state.sources.some((one) => one.objId === id && one.groupId === groupId && one.active)) {
			throw new Refusal(400, `Source already saved to group w/ ID ${groupId}`);
		}
		if (mine.includes(groupId)) saveTo(ask, id, groupId);
		else state.sources.push({ objId: id, groupId, active: false, requested: true, savedBy: user.id, savedAt: now() });
	}
	return {};
}

function postCandidate(ask: Ask): Row {
	const { state, user, body } = ask;
	for (const name of ['id', 'passed_at', 'filter_ids']) {
		if (body[name] === undefined)
			throw new Refusal(400, `Invalid/missing parameters: Missing required parameter: ${name}`);
	}
	const id = String(body['id']);
	if (!OBJ_ID.test(id)) throw new Refusal(400, `Illegal characters in obj id ${id}.`);
	const filterIds = numbers(body['filter_ids'], 'filter_ids');
	if (Number.isNaN(Date.parse(String(body['passed_at'])))) throw new Refusal(400, 'Invalid passed_at');
	const mine = groupsOf(state, user);
	const legal = filterIds.every((one) =>
		state.filters.some((filter) => filter.id === one && mine.includes(filter.groupId)),
	);
	if (!legal || filterIds.length === 0) throw new Refusal(400, 'At least one valid filter ID must be provided.');
	if (!state.objs.has(id)) {
		if (typeof body['ra'] !== 'number' || typeof body['dec'] !== 'number') {
			throw new Refusal(400, 'RA/Declination must not be null for a new Obj');
		}
		state.objs.set(id, newObj(id, body));
	}
	const passedAt = new Date(String(body['passed_at'])).toISOString();
	return {
		ids: filterIds.map((filterId) => {
			const same = state.candidates.find(
				(one) => one.objId === id && one.filterId === filterId && one.passedAt === passedAt,
			);
			if (same !== undefined) return same.id;
			const made = { id: state.nextId++, objId: id, filterId, passedAt };
			state.candidates.push(made);
			return made.id;
		}),
	};
}

function postAnnotation(ask: Ask): Row {
	const { state, user, body, parts } = ask;
	const id = parts[0] ?? '';
	requireObj(ask, id);
	const origin = textOf(body['origin']);
	if (!/^\w+/.test(origin))
		throw new Refusal(
			400,
			"Invalid/missing parameters: {'origin': ['Input `origin` must begin with alphanumeric/underscore.']}",
		);
	if (typeof body['data'] !== 'object' || body['data'] === null)
		throw new Refusal(400, 'Invalid data: the annotation data must be an object with at least one {key: value} pair');
	const groupIds = wantedGroups(ask, (mine) => mine);
	if (state.annotations.some((row) => row.objId === id && row.origin === origin)) {
		throw new Refusal(
			400,
			`Annotation already exists: duplicate key value violates unique constraint\nDETAIL: (${id}, ${origin})`,
		);
	}
	const made = { id: state.nextId++, objId: id, origin, data: body['data'] as Row, authorId: user.id, groupIds };
	state.annotations.push(made);
	return { annotation_id: made.id };
}

function putAnnotation(ask: Ask): Row {
	const { state, body, parts } = ask;
	const at = state.annotations.findIndex((row) => row.objId === parts[0] && String(row.id) === parts[1]);
	const row = state.annotations[at];
	if (row === undefined) throw new Refusal(403, 'Could not find any accessible annotations.');
	state.annotations[at] = {
		...row,
		data: body['data'] as Row,
		origin: textOf(body['origin'] ?? row.origin),
		groupIds: wantedGroups(ask, () => row.groupIds),
	};
	return {};
}

function postComment(ask: Ask): Row {
	const { state, user, body, parts } = ask;
	const id = parts[0] ?? '';
	requireObj(ask, id);
	if (typeof body['text'] !== 'string')
		throw new Refusal(400, "Invalid/missing parameters: {'text': ['Missing data for required field.']}");
	const made = {
		id: state.nextId++,
		objId: id,
		text: body['text'],
		authorId: user.id,
		groupIds: wantedGroups(ask, () => [1]),
	};
	state.comments.push(made);
	return { comment_id: made.id };
}

function postClassification(ask: Ask): Row {
	const { state, user, body } = ask;
	const word = String(body['classification']);
	requireObj(ask, String(body['obj_id']));
	if (!CLASSES.includes(word)) {
		throw new Refusal(
			400,
			`Error posting classification: That classification (${word}) is not in the allowed classes for the chosen taxonomy (id=1)`,
		);
	}
	const id = state.nextId++;
	state.classifications.push({ ...body, id, author_id: user.id, author_name: user.username, created_at: now() });
	return { classification_id: id };
}

const POINTS_AT_MOST = 10_000;

function writePhotometry(ask: Ask, upsert: boolean): Row {
	const { state, body } = ask;
	const columns = Object.entries(body);
	const length = Math.max(1, ...columns.map(([, value]) => (Array.isArray(value) ? value.length : 1)));
	if (length > POINTS_AT_MOST)
		throw new Refusal(
			400,
			`Maximum number of photometry rows to post exceeded: ${length} > ${POINTS_AT_MOST}. Please break up the data into smaller sets and try again`,
		);
	const rows = Array.from({ length }, (_, i) =>
		Object.fromEntries(
			columns.map(([name, value]): [string, unknown] => [name, Array.isArray(value) ? value[i] : value]),
		),
	);
	const key = (row: Row): string =>
		['obj_id', 'instrument_id', 'origin', 'mjd', 'fluxerr', 'flux', 'mag', 'magerr']
			.map((name) => textOf(row[name]))
			.join(' ');
	const there = new Map(state.photometry.map((row) => [key(row), row]));
	const repeated = rows.filter((row) => there.has(key(row)));
	if (repeated.length > 0 && !upsert) {
		throw new Refusal(
			400,
			'The following photometry already exists in the database (deduplication keys: obj_id, instrument_id, origin, mjd, fluxerr, flux): ...',
		);
	}
	const ids = rows.map((row) => {
		const known = there.get(key(row));
		if (known !== undefined) return known['id'];
		const made = { ...row, id: state.nextId++ };
		state.photometry.push(made);
		return made.id;
	});
	return { ids, upload_id: 'upload-1' };
}

function profile({ state, user }: Ask): Row {
	return {
		id: user.id,
		username: user.username,
		first_name: 'J',
		last_name: 'Doe',
		affiliations: ['X'],
		contact_email: `${user.username}@example.org`,
		contact_phone: '+1 555 0100',
		gravatar_url: 'https://secure.gravatar.com/avatar/0',
		oauth_uid: 'oauth-secret',
		expiration_date: null,
		roles: user.roles,
		acls: [],
		permissions: user.permissions,
		// every secret of this person, as SkyPortal does
		tokens: state.tokens
			.filter(({ userId }) => userId === user.id)
			.map(({ id, acls }) => ({ id, name: 'a token', acls, created_at: '2024-01-02T03:04:05.678' })),
		preferences: {},
		streams: [{ id: 1, name: 'ZTF Public' }],
		groupAdmissionRequests: [],
	};
}

function cone(ask: Ask): Row {
	const { state, query } = ask;
	const whole = (name: string, fallback: number): number => {
		const text = query.get(name);
		if (text === null) return fallback;
		if (!/^-?\d+$/.test(text) || Number(text) < 1) throw new Refusal(400, `Invalid ${name}: ${text}`);
		return Number(text);
	};
	const perPage = Math.min(500, whole('numPerPage', 100));
	const page = whole('pageNumber', 1);
	let found = [...state.objs.values()].filter((obj) => readable(ask, obj.id) !== null);
	const [ra, dec, radius] = ['ra', 'dec', 'radius'].map((name) => Number(query.get(name) ?? Number.NaN)) as [
		number,
		number,
		number,
	];
	if (query.has('ra')) {
		found = found.filter((obj) => Math.hypot((obj.ra - ra) * Math.cos((dec * Math.PI) / 180), obj.dec - dec) <= radius);
	}
	const wanted = query.get('sourceID');
	if (wanted !== null) found = found.filter((obj) => obj.id.toLowerCase().includes(wanted.toLowerCase()));
	return {
		sources: found.slice((page - 1) * perPage, page * perPage).map((obj) => sourceView(ask, obj)),
		totalMatches: found.length,
		pageNumber: page,
		numPerPage: perPage,
	};
}

function sourceExists(ask: Ask): Row {
	const { query, parts } = ask;
	const id = parts[0];
	// 0 is taken for absent, as SkyPortal takes it
	const positioned = [query.get('ra'), query.get('dec')].every((text) => text !== null && Number(text) !== 0);
	if (id === undefined && !positioned) throw new Refusal(400, 'Must provide either sourceID or ra, dec and radius.');
	const exists = id === undefined ? (cone(ask)['totalMatches'] as number) > 0 : readable(ask, id) !== null;
	return {
		source_exists: exists,
		message: exists ? 'A source of that name already exists.' : 'A source of that name does not exist.',
	};
}

const ID = '([0-9A-Za-z-_.+]+)';
const route = (method: string, path: string, acl: string | null, answer: Route['answer']): Route => ({
	method,
	path: new RegExp(`^/api/${path}/?$`),
	acl,
	answer,
});

function visible(ask: Ask): Obj {
	const obj = readable(ask, ask.parts[0] ?? '');
	if (obj === null) throw new Refusal(404, 'Source not found');
	return obj;
}

/** The calls that our client makes, and a few more that a contract test looks at. */
export const ROUTES: readonly Route[] = [
	route('GET', 'internal/profile', null, profile),
	route('GET', 'groups', null, ({ state, user }) => {
		const mine = groupsOf(state, user);
		const all = state.groups.filter(({ single }) => !single).map(({ id }) => groupView(state, id));
		return {
			user_groups: mine.map((id) => groupView(state, id)),
			user_accessible_groups: mine.map((id) => groupView(state, id)),
			all_groups: all.map((group) => ({ ...group, streams: [{ id: 1, name: 'ZTF Public' }] })),
		};
	}),
	route('GET', 'groups/([^/]+)', null, ({ state, user, parts, query }) => {
		if (!/^\d+$/.test(parts[0] ?? '')) throw new Refusal(400, `Invalid group_id: ${parts[0] ?? ''}`);
		const id = Number(parts[0]);
		if (!groupsOf(state, user).includes(id)) throw new Refusal(400, `Cannot find Group with id ${id}`);
		const members = state.memberships.filter(({ groupId }) => groupId === id);
		const withUsers = query.get('includeGroupUsers') === null || yes(query.get('includeGroupUsers'));
		return {
			...groupView(state, id),
			...(withUsers
				? {
						users: members.map(({ userId, canSave, admin }) => ({
							id: userId,
							username: state.users.find((one) => one.id === userId)?.username,
							contact_email: 'someone@example.org',
							contact_phone: '+1 555 0100',
							admin,
							can_save: canSave,
						})),
					}
				: {}),
		};
	}),
	route('GET', 'filters', null, ({ state, user }) => {
		const mine = groupsOf(state, user);
		return state.filters
			.filter(({ groupId }) => mine.includes(groupId))
			.map(({ id, name, groupId }) => ({ id, name, stream_id: 1, group_id: groupId, broker_id: null, altdata: null }));
	}),
	route('GET', 'sources', null, cone),
	route('POST', 'sources', 'Upload data', postSource),
	route('POST', 'source_groups', 'Upload data', postSourceGroups),
	route('GET', 'source_exists', null, sourceExists),
	route('GET', `source_exists/${ID}`, null, sourceExists),
	route('HEAD', `sources/${ID}`, null, visible),
	route('GET', `sources/${ID}`, null, (ask) => sourceView(ask, visible(ask))),
	route('GET', `sources/${ID}/groups`, null, (ask) => sourceGroups(ask, requireObj(ask, ask.parts[0] ?? '').id)),
	route('GET', `sources/${ID}/classifications`, null, (ask) => sourceView(ask, visible(ask))['classifications']),
	route('GET', `sources/${ID}/annotations`, null, (ask) => annotationsOf(ask, visible(ask).id)),
	route('POST', `sources/${ID}/annotations`, 'Annotate', postAnnotation),
	route('PUT', `sources/${ID}/annotations/(\\d+)`, 'Annotate', putAnnotation),
	route('GET', `sources/${ID}/comments`, null, (ask) => commentsOf(ask, visible(ask).id)),
	route('POST', `sources/${ID}/comments`, 'Comment', postComment),
	route('GET', `sources/${ID}/spectra`, null, (ask) => ({
		obj_id: visible(ask).id,
		spectra: ask.state.spectra.filter((row) => row['obj_id'] === ask.parts[0]),
	})),
	route('GET', `sources/${ID}/photometry`, null, (ask) => {
		const id = ask.parts[0] ?? '';
		if (readable(ask, id) === null)
			throw new Refusal(403, `Insufficient permissions for User ${ask.user.id} to read Obj ${id}`);
		return ask.state.photometry.filter((row) => row['obj_id'] === id);
	}),
	route('POST', 'classification', 'Classify', postClassification),
	route('POST', 'candidates', 'Upload data', postCandidate),
	route('GET', `candidates/${ID}`, null, (ask) => {
		const id = ask.parts[0] ?? '';
		if (!ask.state.candidates.some(({ objId }) => objId === id))
			throw new Refusal(404, `No candidate with object ID ${id}`);
		return { id };
	}),
	route('POST', 'photometry', 'Upload data', (ask) => writePhotometry(ask, false)),
	route('PUT', 'photometry', 'Upload data', (ask) => writePhotometry(ask, true)),
];
