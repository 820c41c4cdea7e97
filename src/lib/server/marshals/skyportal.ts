import type * as v from 'valibot';
import { safeParse } from 'valibot';
import type { MarshalGroup, MarshalRecord } from '#lib/alert/marshal.ts';
import { separationArcsec } from '#lib/astro/sphere.ts';
import type { Done, MarshalClient, MarshalFilter, MarshalObject, MarshalProfile } from './client.ts';
import { MarshalError } from './marshalError.ts';
import * as shapes from './skyportalShapes.ts';
import { annotationOf, pointsOf, spectrumOf } from './skyportalPoints.ts';
import { type Call, callMarshal, firstLine, type MarshalAddress, PAGE, type Patience, WRITE } from './transport.ts';

/** Groups whose members are read, to learn where we may save; the others are tried when asked for. */
const MOST_GROUPS_READ = 12;
const MOST_SPECTRA = 30;
/** A source so near is taken for the same, arcsec. */
const SAME_ARCSEC = 1.5;

/** What the envelope says went wrong; its status and words. */
interface Refusal {
	readonly status: number;
	readonly message: string;
}

/** The client of a SkyPortal, Fritz among them; `name` is what its user calls it. */
export class SkyPortal implements MarshalClient {
	readonly #address: MarshalAddress;
	readonly #token: string;
	readonly #name: string;
	readonly #write: Patience;

	constructor(
		link: {
			readonly url: string;
			readonly token: string;
			readonly name: string;
			readonly privateHosts: readonly string[];
		},
		write: Patience = WRITE,
	) {
		this.#write = write;
		this.#token = link.token;
		this.#name = link.name;
		this.#address = {
			url: link.url,
			// the word in lower case: the server tests it so
			authorization: `token ${link.token}`,
			secrets: [link.token],
			privateHosts: link.privateHosts,
		};
	}

	async check(): Promise<MarshalProfile> {
		const open = { ...this.#address, authorization: '' };
		const info = await callMarshal(open, this.#call('GET', '/api/sysinfo'));
		if (!safeParse(shapes.envelopeShape, info.json).success) {
			throw new MarshalError('not a marshal', `${this.#address.url} does not answer as a SkyPortal.`);
		}
		const profile = this.#parsed(shapes.profileShape, await this.#data(this.#call('GET', '/api/internal/profile')));
		const { user_groups: rows } = this.#parsed(shapes.groupsShape, await this.#data(this.#call('GET', '/api/groups')));
		const groups = shapes.rowsOf(shapes.groupShape, rows).filter((group) => !group.single_user_group);
		return {
			userId: profile.id,
			username: profile.username,
			roles: profile.roles,
			acls: profile.tokens.find(({ id }) => id === this.#token)?.acls ?? null,
			groups: await Promise.all(
				groups.map(async ({ id, name }, i): Promise<MarshalGroup> => {
					const locked = i < MOST_GROUPS_READ && !(await this.#maySave(id, profile.id));
					return { id, name, locked };
				}),
			),
		};
	}

	readonly filters = async (): Promise<MarshalFilter[]> => {
		const rows = shapes.rowsOf(shapes.filterShape, await this.#data(this.#call('GET', '/api/filters')));
		return rows.map(({ id, name, group_id: groupId }) => ({ id, name, groupId }));
	};

	async #maySave(groupId: number, userId: number): Promise<boolean> {
		const group = this.#parsed(shapes.membersShape, await this.#data(this.#call('GET', `/api/groups/${groupId}`)));
		return shapes.rowsOf(shapes.memberShape, group.users).find(({ id }) => id === userId)?.can_save ?? true;
	}

	async read(object: MarshalObject): Promise<MarshalRecord | null> {
		const found = await this.#find(object);
		if (found === null) return null;
		const { id } = found;
		const path = sourcePath(id);
		const missing: string[] = [];
		// one part that fails must not hide the others
		const part = async (word: string, call: string): Promise<unknown> =>
			this.#data(this.#call('GET', call)).catch((error: unknown) => {
				if (!(error instanceof MarshalError)) throw error;
				missing.push(`${word}: ${error.message}`);
				return null;
			});
		const [comments, spectra, photometry] = await Promise.all([
			part('comments', `${path}/comments`),
			part('spectra', `${path}/spectra`),
			part('photometry', `${path}/photometry?format=both&magsys=ab`),
		]);
		const spectraParsed = safeParse(shapes.spectraShape, spectra);
		const { points, leftOut } = pointsOf(shapes.rowsOf(shapes.pointShape, photometry), {
			marshal: this.#name,
			objectId: id,
		});
		return {
			id,
			sepArcsec:
				found.ra === null || found.dec === null ? null : separationArcsec(object.ra, object.dec, found.ra, found.dec),
			pageUrl: `${this.#address.url}/source/${encodeURIComponent(id)}`,
			redshift: found.redshift,
			redshiftErr: found.redshift_error,
			savedTo: shapes
				.rowsOf(shapes.savedShape, found.groups)
				.filter(({ active, requested }) => active || requested)
				.map((group) => ({
					id: group.id,
					name: group.name,
					by: group.saved_by?.username ?? '',
					at: group.saved_at,
					requested: group.requested && !group.active,
				})),
			classifications: shapes.rowsOf(shapes.classificationShape, found.classifications).map((row) => ({
				id: row.id,
				label: row.classification,
				probability: row.probability,
				ml: row.ml,
				author: row.author_name,
				createdAt: row.created_at,
			})),
			annotations: shapes.rowsOf(shapes.annotationShape, found.annotations).map(annotationOf),
			commentCount: Array.isArray(comments) ? comments.length : null,
			spectra: spectraParsed.success
				? shapes.rowsOf(shapes.spectrumShape, spectraParsed.output.spectra).slice(0, MOST_SPECTRA).map(spectrumOf)
				: [],
			points,
			pointsLeftOut: leftOut,
			missing,
		};
	}

	/** The source under our id, else the one at our place: ids can differ in case, or come from another survey. */
	async #find(object: MarshalObject): Promise<v.InferOutput<typeof shapes.sourceShape> | null> {
		const own = await this.#ask(this.#call('GET', sourcePath(object.objectId)));
		if (own.refusal === null) return this.#parsed(shapes.sourceShape, own.data);
		if (own.refusal.status !== 404 && own.refusal.status !== 400) throw await this.#failure(own.refusal);
		const query = new URLSearchParams({
			ra: notZero(object.ra),
			dec: notZero(object.dec),
			radius: String(SAME_ARCSEC / 3600),
			numPerPage: '10',
		});
		const near = await this.#data(this.#call('GET', `/api/sources?${query.toString()}`));
		const { sources } = this.#parsed(shapes.sourcesShape, near);
		const apart = (one: { ra: number | null; dec: number | null }): number =>
			one.ra === null || one.dec === null ? Infinity : separationArcsec(object.ra, object.dec, one.ra, one.dec);
		const same = (one: { id: string }): number => (one.id.toLowerCase() === object.objectId.toLowerCase() ? 0 : 1);
		const [best] = shapes
			.rowsOf(shapes.sourceShape, sources)
			.filter((one) => apart(one) <= SAME_ARCSEC)
			.sort((a, b) => same(a) - same(b) || apart(a) - apart(b));
		return best ?? null;
	}

	async save(object: MarshalObject, groupIds: readonly number[]): Promise<Done> {
		// without a list SkyPortal saves to every group of the user
		if (groupIds.length === 0) throw new MarshalError('refused', 'Choose at least one group to save to.');
		const known = await this.#find(object);
		const body = {
			id: known?.id ?? object.objectId,
			group_ids: [...groupIds],
			...(known === null
				? {
						ra: object.ra,
						dec: object.dec,
						origin: 'Nightjar',
						...(object.reliability === null ? {} : { score: object.reliability }),
					}
				: {}),
		};
		const post = this.#call('POST', '/api/sources', { body, patience: this.#write, repeatable: true });
		const reply = await this.#data(post).catch(async (error: unknown) => {
			if (!(error instanceof MarshalError) || !error.mayBeDone) throw error;
			if (await this.#isSavedTo(body.id, groupIds)) return { id: body.id, warnings: [] };
			return this.#data(post);
		});
		return this.#parsed(shapes.postedSourceShape, reply);
	}

	async #isSavedTo(id: string, groupIds: readonly number[]): Promise<boolean> {
		const there = await this.#ask(this.#call('GET', `${sourcePath(id)}/groups`, { patience: this.#write }));
		if (there.refusal !== null) return false;
		const rows = shapes.rowsOf(shapes.savedShape, there.data).filter(({ active }) => active);
		return groupIds.every((wanted) => rows.some(({ id: group }) => group === wanted));
	}

	readonly comment = async (object: MarshalObject, text: string, groupIds: readonly number[]): Promise<Done> => {
		// without a list a comment goes to everybody
		if (groupIds.length === 0)
			throw new MarshalError('refused', 'Choose at least one group that may read the comment.');
		const id = await this.#idOf(object);
		const body = { text, group_ids: [...groupIds] };
		const post = this.#call('POST', `${sourcePath(id)}/comments`, { body, patience: this.#write });
		const reply = await this.#data(post).catch(async (error: unknown) => {
			if (!(error instanceof MarshalError) || !error.mayBeDone) throw error;
			const there = shapes.rowsOf(
				shapes.commentShape,
				await this.#data(this.#call('GET', `${sourcePath(id)}/comments`)),
			);
			const same = there.find((one) => one.text === text);
			return same === undefined ? this.#data(post) : { comment_id: same.id };
		});
		return { id: String(this.#parsed(shapes.postedCommentShape, reply).comment_id), warnings: [] };
	};

	readonly annotate = async (
		object: MarshalObject,
		annotation: { readonly origin: string; readonly data: Readonly<Record<string, unknown>> },
		groupIds: readonly number[],
	): Promise<Done> => {
		if (groupIds.length === 0)
			throw new MarshalError('refused', 'Choose at least one group that may read the annotation.');
		const id = await this.#idOf(object);
		const path = `${sourcePath(id)}/annotations`;
		const body = { ...annotation, group_ids: [...groupIds] };
		const made = await this.#ask(this.#call('POST', path, { body, patience: this.#write, repeatable: true }));
		if (made.refusal === null) {
			return { id: String(this.#parsed(shapes.postedAnnotationShape, made.data).annotation_id), warnings: [] };
		}
		if (!/already exists/i.test(made.refusal.message)) throw await this.#failure(made.refusal);
		const there = shapes.rowsOf(shapes.annotationShape, await this.#data(this.#call('GET', path)));
		const same = there.find(({ origin }) => origin === annotation.origin);
		if (same === undefined) {
			throw new MarshalError('refused', `${this.#name} has an annotation of this origin that you may not see.`);
		}
		await this.#data(this.#call('PUT', `${path}/${same.id}`, { body, patience: this.#write, repeatable: true }));
		return { id: String(same.id), warnings: [] };
	};

	readonly candidate = async (object: MarshalObject, filterIds: readonly number[], passedAt: Date): Promise<Done> => {
		if (filterIds.length === 0)
			throw new MarshalError('refused', 'Name the filter of the marshal that candidates go to.');
		const body = {
			id: object.objectId,
			ra: object.ra,
			dec: object.dec,
			filter_ids: [...filterIds],
			passed_at: passedAt.toISOString(),
			origin: 'Nightjar',
			...(object.reliability === null ? {} : { score: object.reliability }),
		};
		const reply = await this.#data(
			this.#call('POST', '/api/candidates', { body, patience: this.#write, repeatable: true }),
		);
		return { id: this.#parsed(shapes.postedCandidateShape, reply).ids.join(','), warnings: [] };
	};

	/** Its id there; what was never saved cannot be written about. */
	async #idOf(object: MarshalObject): Promise<string> {
		const found = await this.#find(object);
		if (found === null) {
			throw new MarshalError(
				'unknown object',
				`${object.objectId} is not on ${this.#name} yet: save it to a group first.`,
			);
		}
		return found.id;
	}

	#call(
		method: Call['method'],
		path: string,
		{
			body,
			patience = PAGE,
			repeatable = method === 'GET',
		}: { body?: Record<string, unknown>; patience?: Patience; repeatable?: boolean } = {},
	): Call {
		return { method, path, patience, repeatable, ...(body === undefined ? {} : { body }) };
	}

	async #ask(call: Call): Promise<{ data: unknown; refusal: Refusal | null }> {
		const { status, json } = await callMarshal(this.#address, call);
		const envelope = safeParse(shapes.envelopeShape, json);
		if (!envelope.success) {
			throw new MarshalError('not a marshal', `${this.#address.url} does not answer as a SkyPortal (HTTP ${status}).`);
		}
		const { status: word, message, data } = envelope.output;
		const refused = status !== 200 || word === 'error';
		return { data, refusal: refused ? { status, message: firstLine(this.#address, message) } : null };
	}

	async #data(call: Call): Promise<unknown> {
		const { data, refusal } = await this.#ask(call);
		if (refusal !== null) throw await this.#failure(refusal, call.path);
		return data;
	}

	/** A 401 can be a dead token or a living one without a right: the profile, which needs none, tells which. */
	async #failure({ status, message }: Refusal, path = ''): Promise<MarshalError> {
		if (status === 401) {
			const own = path === '/api/internal/profile' ? null : await this.#ask(this.#call('GET', '/api/internal/profile'));
			return own?.refusal === null
				? new MarshalError('right', `The token may not do this on ${this.#name}: ask there for a token with the right.`)
				: new MarshalError(
						'token',
						`${this.#name} does not know this token, or its time is over: link it again with a new one.`,
					);
		}
		if (status === 403 && /expired/i.test(message)) {
			return new MarshalError('account ended', `${this.#name} says that your account there has expired.`);
		}
		if (status === 404) return new MarshalError('unknown object', `${this.#name} does not know this object.`);
		if (status >= 500)
			return new MarshalError('down', `${this.#name} answers with an error of its own (HTTP ${status}).`);
		return new MarshalError('refused', `${this.#name} refuses: ${message || `HTTP ${status}`}`);
	}

	#parsed<Output>(schema: v.GenericSchema<unknown, Output>, data: unknown): Output {
		const parsed = safeParse(schema, data);
		if (parsed.success) return parsed.output;
		throw new MarshalError('not a marshal', `${this.#name} answers in a form that is not understood here.`);
	}
}

const sourcePath = (id: string): string => `/api/sources/${encodeURIComponent(id)}`;

/** A coordinate as text; exactly 0 would be taken for absent. */
function notZero(degrees: number): string {
	return degrees === 0 ? '1e-9' : String(degrees);
}
