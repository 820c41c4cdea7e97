/** What the stand-in of a SkyPortal knows; the shapes are those of SkyPortal's own models, as far as our client reads them. */
export interface State {
	readonly users: readonly User[];
	readonly tokens: readonly { readonly id: string; readonly userId: number; readonly acls: readonly string[] }[];
	readonly groups: readonly Group[];
	readonly memberships: readonly {
		readonly userId: number;
		readonly groupId: number;
		readonly canSave: boolean;
		readonly admin: boolean;
	}[];
	readonly filters: readonly { readonly id: number; readonly name: string; readonly groupId: number }[];
	readonly objs: Map<string, Obj>;
	sources: SourceRow[];
	readonly candidates: { id: number; objId: string; filterId: number; passedAt: string }[];
	readonly annotations: {
		id: number;
		objId: string;
		origin: string;
		data: Row;
		authorId: number;
		groupIds: number[];
	}[];
	readonly comments: { id: number; objId: string; text: string; authorId: number; groupIds: number[] }[];
	readonly classifications: Row[];
	readonly spectra: Row[];
	readonly photometry: Row[];
	/** What auto-publishing groups would have sent: recorded, not sent. */
	readonly published: { readonly objId: string; readonly groupId: number }[];
	nextId: number;
}

export type Row = Record<string, unknown>;
export interface User {
	readonly id: number;
	readonly username: string;
	readonly expired: boolean;
	readonly roles: readonly string[];
	readonly permissions: readonly string[];
}
export interface Group {
	readonly id: number;
	readonly name: string;
	readonly nickname: string | null;
	readonly single: boolean;
	readonly autoPublish: boolean;
}
export interface Obj {
	readonly id: string;
	ra: number;
	dec: number;
	redshift: number | null;
	score: number | null;
	origin: string | null;
	altdata: unknown;
}
export interface SourceRow {
	readonly objId: string;
	readonly groupId: number;
	active: boolean;
	requested: boolean;
	readonly savedBy: number;
	readonly savedAt: string;
}

const FULL_USER = ['Annotate', 'Classify', 'Comment', 'Run Analyses', 'Upload data'];

/** Tokens of the seed. */
export const TOKENS = {
	full: '0b5c3b1e-6a51-4d6c-9a3e-0000000000f1',
	/** Of the same person, but made without the right to annotate and comment. */
	uploadOnly: '0b5c3b1e-6a51-4d6c-9a3e-0000000000f2',
	viewOnly: '0b5c3b1e-6a51-4d6c-9a3e-0000000000a1',
	expired: '0b5c3b1e-6a51-4d6c-9a3e-0000000000e1',
} as const;

/** Groups of the seed. */
export const GROUPS = { sitewide: 1, completeness: 2, fast: 3, locked: 4, others: 5 } as const;

/** Legal classes of the one taxonomy. */
export const CLASSES = ['Time-domain Source', 'Ia', 'II', 'TDE', 'Kilonova', 'AGN', 'RR Lyrae'];

/** Three people, three groups of theirs, and no object. */
export function seed(): State {
	return {
		users: [
			{ id: 1, username: 'jdoe', expired: false, roles: ['Full user'], permissions: FULL_USER },
			{ id: 2, username: 'viewer', expired: false, roles: ['View only'], permissions: [] },
			{ id: 3, username: 'gone', expired: true, roles: ['Full user'], permissions: FULL_USER },
		],
		tokens: [
			{ id: TOKENS.full, userId: 1, acls: FULL_USER },
			{ id: TOKENS.uploadOnly, userId: 1, acls: ['Upload data'] },
			{ id: TOKENS.viewOnly, userId: 2, acls: [] },
			{ id: TOKENS.expired, userId: 3, acls: FULL_USER },
		],
		groups: [
			{ id: GROUPS.sitewide, name: 'Sitewide Group', nickname: null, single: false, autoPublish: false },
			{ id: GROUPS.completeness, name: 'Redshift Completeness', nickname: 'RCF', single: false, autoPublish: false },
			{ id: GROUPS.fast, name: 'Fast Transients <b>', nickname: null, single: false, autoPublish: true },
			{ id: GROUPS.locked, name: 'Read only for you', nickname: null, single: false, autoPublish: false },
			{ id: GROUPS.others, name: 'Somebody else', nickname: null, single: false, autoPublish: false },
			{ id: 11, name: 'jdoe', nickname: null, single: true, autoPublish: false },
			{ id: 12, name: 'viewer', nickname: null, single: true, autoPublish: false },
		],
		memberships: [
			{ userId: 1, groupId: 1, canSave: true, admin: false },
			{ userId: 1, groupId: 2, canSave: true, admin: false },
			{ userId: 1, groupId: 3, canSave: true, admin: false },
			{ userId: 1, groupId: 4, canSave: false, admin: false },
			{ userId: 1, groupId: 11, canSave: true, admin: true },
			{ userId: 2, groupId: 1, canSave: true, admin: false },
			{ userId: 2, groupId: 12, canSave: true, admin: true },
			{ userId: 3, groupId: 1, canSave: true, admin: false },
		],
		filters: [
			{ id: 3, name: 'Nightjar: young and rising', groupId: 2 },
			{ id: 4, name: 'Not yours', groupId: 5 },
		],
		objs: new Map(),
		sources: [],
		candidates: [],
		annotations: [],
		comments: [],
		classifications: [],
		spectra: [],
		photometry: [],
		published: [],
		nextId: 100,
	};
}

/** Puts an object there as people of the marshal would have: saved to a group, classified, with a spectrum, points and a comment. */
export function addKnown(
	state: State,
	{ id, ra, dec, firstMjd = 61_000 }: { id: string; ra: number; dec: number; firstMjd?: number },
): void {
	const at = '2026-11-18T05:12:33.000001';
	state.objs.set(id, { id, ra, dec, redshift: 0.0341, score: 0.9, origin: 'ZTF', altdata: null });
	state.sources.push({ objId: id, groupId: 2, active: true, requested: false, savedBy: 1, savedAt: at });
	const next = (): number => state.nextId++;
	state.classifications.push({
		id: next(),
		obj_id: id,
		classification: 'Ia',
		probability: 0.93,
		ml: false,
		origin: null,
		taxonomy_id: 1,
		author_id: 1,
		author_name: 'jdoe',
		groups: [],
		votes: [],
		created_at: at,
		modified: at,
	});
	state.annotations.push({
		id: next(),
		objId: id,
		origin: 'sgscore:<img src=x onerror=alert(1)>',
		data: { sgscore: 0.12, note: '<script>alert(1)</script>', nothing: Number.NaN },
		authorId: 1,
		groupIds: [2],
	});
	state.comments.push({
		id: next(),
		objId: id,
		text: 'Looks young <script>alert(2)</script>',
		authorId: 1,
		groupIds: [2],
	});
	const wavelengths = Array.from({ length: 400 }, (_, i) => 3800 + i * 13.5);
	state.spectra.push({
		id: next(),
		obj_id: id,
		observed_at: '2026-11-17T09:30:00',
		wavelengths,
		fluxes: wavelengths.map((w) => 1e-16 * (1 + 0.4 * Math.sin(w / 300) - 0.9 * Math.exp(-(((w - 6150) / 90) ** 2)))),
		errors: null,
		units: 'erg/s/cm/cm/AA',
		origin: null,
		type: 'source',
		label: null,
		instrument_id: 7,
		instrument_name: 'SEDM',
		telescope_name: 'Palomar 60-inch',
		pis: [],
		reducers: [{ username: 'pipeline', contact_email: 'secret@example.org' }],
		owner: { username: 'jdoe', contact_email: 'jdoe@example.org' },
	});
	for (let i = 0; i < 6; i++) {
		const bright = i < 5;
		state.photometry.push({
			id: next(),
			obj_id: id,
			mjd: firstMjd + i * 1.7,
			filter: i % 2 === 0 ? 'sdssr' : 'sdssg',
			instrument_id: 7,
			instrument_name: 'SEDM',
			ra: null,
			dec: null,
			snr: bright ? 20 : 1,
			origin: '',
			mag: bright ? 18.9 - i * 0.1 : null,
			magerr: bright ? 0.05 : null,
			magsys: 'ab',
			limiting_mag: 20.8,
			flux: bright ? 100 + i : 3,
			fluxerr: 5,
			zp: 23.9,
			groups: [],
			annotations: [],
		});
	}
}
