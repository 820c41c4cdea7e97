import type { RequestEvent, RequestHandler } from '@sveltejs/kit';
import type { Catalog } from '#lib/alert/catalog.ts';
import { readCatalogs } from '#clickhouse/read/catalogs.ts';
import { StoreError } from '#clickhouse/store.ts';
import * as v from 'valibot';
import { storeProblem } from './answer.ts';
import { catalogParam, designationParam, idParam, objectIdParam, surveyParam } from './params.ts';
import { ProblemError, problemResponse } from './problem.ts';

/** A route of the API: what goes wrong in it is told as a problem, never as a page. */
export function api(answer: (event: RequestEvent) => Promise<Response> | Response): RequestHandler {
	return async (event) => {
		try {
			return await answer(event);
		} catch (error) {
			if (error instanceof ProblemError) return problemResponse(error.problem, error.headers);
			if (error instanceof StoreError) {
				// nobody waits for an answer that was cancelled
				if (error.code !== 394) console.error(`The store refused ${event.url.pathname}:`, error.message);
				return problemResponse(storeProblem(error), { 'retry-after': '5' });
			}
			throw error;
		}
	};
}

function pathPart<Output>(schema: v.GenericSchema<string, Output>, name: string, text: string | undefined): Output {
	const parsed = v.safeParse(schema, text ?? '');
	if (parsed.success) return parsed.output;
	const message = parsed.issues[0].message;
	throw new ProblemError(400, `The address cannot be used: ${name} ${message}.`, [{ parameter: name, message }]);
}

/** Survey of a path; 404 for one that Nightjar does not read. */
export function surveyOf(event: RequestEvent): string {
	const parsed = v.safeParse(surveyParam, event.params['survey'] ?? '');
	if (!parsed.success) {
		throw new ProblemError(404, `There is no survey of that name: it ${parsed.issues[0].message}.`);
	}
	return parsed.output;
}

/** Alert id of a path, exact. */
export function alertIdOf(event: RequestEvent): bigint {
	return pathPart(idParam, 'alertId', event.params['alertId']);
}

/** Object id of a path. */
export function objectIdOf(event: RequestEvent): string {
	return pathPart(objectIdParam, 'objectId', event.params['objectId']);
}

/** Name or designation of a body of the solar system in a path, as it was written. */
export function designationOf(event: RequestEvent): string {
	return pathPart(designationParam, 'designation', event.params['designation']);
}

/** The catalogue of a path as it is loaded now; 404 where there is none. */
export async function catalogOf(event: RequestEvent): Promise<Catalog> {
	const name = pathPart(catalogParam, 'name', event.params['name']);
	return catalogNamed(event, name);
}

/** A catalogue by name, as it is loaded now; 404 where there is none. */
export async function catalogNamed(event: RequestEvent, name: string): Promise<Catalog> {
	const catalogs = await readCatalogs(event.locals.store, { signal: event.request.signal });
	const found = catalogs.find((catalog) => catalog.name === name);
	if (found === undefined) {
		throw new ProblemError(404, `There is no catalogue "${name}" here: /api/v1/catalogs lists those that are loaded.`);
	}
	return found;
}
