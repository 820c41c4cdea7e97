import * as v from 'valibot';
import type { MarshalRecord } from '#lib/alert/marshal.ts';
import { separationArcsec } from '#lib/astro/sphere.ts';
import type { Done, MarshalClient, MarshalObject, MarshalProfile } from './client.ts';
import { MarshalError } from './marshalError.ts';
import { rowsOf } from './skyportalShapes.ts';
import { type Call, callMarshal, firstLine, type MarshalAddress, PAGE, WRITE } from './transport.ts';

/** How a TOM is signed in to: name and password, or a token where it has switched tokens on. */
export type TomSecret =
	| { readonly kind: 'basic'; readonly username: string; readonly password: string }
	| { readonly kind: 'token'; readonly token: string };

const id = v.pipe(v.number(), v.safeInteger());
const pageShape = v.object({ results: v.unknown() });
const groupShape = v.object({ id, name: v.string() });
const targetShape = v.object({
	id,
	name: v.string(),
	ra: v.nullish(v.number()),
	dec: v.nullish(v.number()),
	aliases: v.optional(v.unknown()),
	targetextra_set: v.optional(v.unknown()),
	target_lists: v.optional(v.unknown()),
	groups: v.optional(v.unknown()),
});
type Target = v.InferOutput<typeof targetShape>;
const extraShape = v.object({ key: v.string(), value: v.unknown() });
const listShape = v.object({ id: v.optional(id), name: v.string() });

const SAME_ARCSEC = 1.5;

/** The client of a TOM Toolkit site; `name` is what its user calls it. */
export class Tom implements MarshalClient {
	readonly #address: MarshalAddress;
	readonly #name: string;
	readonly #secret: TomSecret;
	readonly comment = null;
	readonly annotate = null;
	readonly filters = null;
	readonly candidate = null;

	constructor(link: {
		readonly url: string;
		readonly secret: TomSecret;
		readonly name: string;
		readonly privateHosts: readonly string[];
	}) {
		const { secret } = link;
		this.#name = link.name;
		this.#secret = secret;
		this.#address = {
			url: link.url,
			authorization:
				secret.kind === 'token'
					? `Token ${secret.token}`
					: `Basic ${Buffer.from(`${secret.username}:${secret.password}`).toString('base64')}`,
			secrets: secret.kind === 'token' ? [secret.token] : [secret.password],
			privateHosts: link.privateHosts,
		};
	}

	async check(): Promise<MarshalProfile> {
		const groups = rowsOf(groupShape, await this.#list('/api/groups/'));
		// a TOM without token sign-in ignores the header and answers as it would to a stranger
		if (groups.length === 0 && this.#secret.kind === 'token') {
			throw new MarshalError(
				'token',
				`${this.#name} shows no group: it may not take tokens. Use your name and password there instead.`,
			);
		}
		return {
			userId: null,
			username: this.#secret.kind === 'basic' ? this.#secret.username : '',
			roles: [],
			acls: null,
			groups: groups.map((group) => ({ ...group, locked: false })),
		};
	}

	async read(object: MarshalObject): Promise<MarshalRecord | null> {
		const target = await this.#find(object);
		if (target === null) return null;
		const extras = rowsOf(extraShape, target.targetextra_set);
		const redshift = extras
			.map(({ key, value }) => (key === 'redshift' ? Number(value) : Number.NaN))
			.find(Number.isFinite);
		return {
			id: target.name,
			sepArcsec:
				target.ra == null || target.dec == null ? null : separationArcsec(object.ra, object.dec, target.ra, target.dec),
			pageUrl: `${this.#address.url}/targets/${target.id}/`,
			redshift: redshift ?? null,
			redshiftErr: null,
			savedTo: [...rowsOf(groupShape, target.groups), ...rowsOf(listShape, target.target_lists)].map((one) => ({
				id: one.id ?? 0,
				name: one.name,
				by: '',
				at: '',
				requested: false,
			})),
			classifications: [],
			annotations:
				extras.length === 0
					? []
					: [
							{
								id: target.id,
								origin: 'extra fields',
								values: extras.map(({ key, value }) => ({
									name: key.slice(0, 80),
									value: String(value).slice(0, 300),
								})),
							},
						],
			commentCount: null,
			spectra: [],
			points: [],
			pointsLeftOut: 0,
			missing: [],
		};
	}

	async #find(object: MarshalObject): Promise<Target | null> {
		const named = await this.#targets({ name: object.objectId });
		const exact = named.find(({ name }) => name === object.objectId);
		if (exact !== undefined) return exact;
		const near = await this.#targets({ cone_search: `${object.ra},${object.dec},${SAME_ARCSEC / 3600}` });
		const same = near.find(({ name }) => name.toLowerCase() === object.objectId.toLowerCase());
		return same ?? near[0] ?? null;
	}

	async #targets(query: Record<string, string>): Promise<Target[]> {
		return rowsOf(targetShape, await this.#list(`/api/targets/?${new URLSearchParams(query).toString()}`));
	}

	async save(object: MarshalObject, groupIds: readonly number[]): Promise<Done> {
		if (groupIds.length === 0) throw new MarshalError('refused', 'Choose at least one group that may see the target.');
		const known = await this.#find(object);
		if (known !== null) {
			const groups = new Set([...rowsOf(groupShape, known.groups).map((group) => group.id), ...groupIds]);
			await this.#send('PATCH', `/api/targets/${known.id}/`, { groups: [...groups].map((group) => ({ id: group })) });
			return { id: known.name, warnings: [] };
		}
		const body = {
			name: object.objectId,
			type: 'SIDEREAL',
			ra: object.ra,
			dec: object.dec,
			epoch: 2000,
			groups: groupIds.map((group) => ({ id: group })),
		};
		try {
			await this.#send('POST', '/api/targets/', body);
		} catch (error) {
			// nobody knows whether it arrived: names are unique there, so looking is enough
			const doubtful = error instanceof MarshalError && error.mayBeDone;
			if (!doubtful || (await this.#find(object)) === null) throw error;
		}
		return { id: object.objectId, warnings: [] };
	}

	async #send(method: 'POST' | 'PATCH', path: string, body: Record<string, unknown>): Promise<unknown> {
		return this.#json({ method, path, body, patience: WRITE, repeatable: method === 'PATCH' });
	}

	/** Rows of a page of Django REST framework, or of a bare list. */
	async #list(path: string): Promise<unknown[]> {
		const json = await this.#json({ method: 'GET', path, patience: PAGE, repeatable: true });
		if (Array.isArray(json)) return json as unknown[];
		const page = v.safeParse(pageShape, json);
		if (page.success && Array.isArray(page.output.results)) return page.output.results as unknown[];
		throw new MarshalError('not a marshal', `${this.#address.url} does not answer as a TOM.`);
	}

	async #json(call: Call): Promise<unknown> {
		const { status, json } = await callMarshal(this.#address, call);
		if (status < 400) return json;
		if (status === 401 || status === 403) {
			throw new MarshalError('token', `${this.#name} does not take this name and password, or this token.`);
		}
		if (status === 404)
			throw new MarshalError('unknown object', `${this.#name} has nothing at ${call.path.split('?')[0] ?? ''}.`);
		if (status >= 500)
			throw new MarshalError('down', `${this.#name} answers with an error of its own (HTTP ${status}).`);
		throw new MarshalError('refused', `${this.#name} refuses: ${firstLine(this.#address, wordsOf(json))}`);
	}
}

/** What Django REST framework says went wrong: `detail`, or the first field with its sentence. */
function wordsOf(json: unknown): string {
	if (typeof json !== 'object' || json === null) return 'it does not say why';
	const [field, value]: [string, unknown] = Object.entries(json as Record<string, unknown>)[0] ?? ['', ''];
	const said: unknown = Array.isArray(value) ? (value as unknown[])[0] : value;
	const sentence = typeof said === 'string' ? said : JSON.stringify(said);
	return field === 'detail' || field === 'non_field_errors' ? sentence : `${field}: ${sentence}`;
}
