import { gzipSync } from 'node:zlib';
import type { RequestEvent, RequestHandler } from '@sveltejs/kit';
import { readAlert } from '#clickhouse/read/alerts.ts';
import { readCutout } from '#clickhouse/read/cutout.ts';
import { readLightCurve } from '#clickhouse/read/lightCurve.ts';
import { findObjects, readObject } from '#clickhouse/read/objects.ts';
import { CUTOUT_KINDS } from '#lib/alert/cutout.ts';
import { SURVEYS } from '#lib/alert/surveys.ts';
import type { AlertRow } from '#lib/alert/views.ts';
import { readObjectAlerts } from '#clickhouse/read/alerts.ts';
import * as v from 'valibot';
import { api } from '../api.ts';
import { jsonResponse } from '../format.ts';
import { searchPage } from '../portal.ts';
import { ProblemError } from '../problem.ts';
import { askedOrigin } from '../scope.ts';
import { listedAlert, objectDocument } from './alertDocument.ts';

// What SkyPortal's broker plug-ins ask for: shapes of another, so kept apart from our own API.

const SURVEY_NAMES = SURVEYS.map(({ name }) => name);
const MOST_LISTED = 500;
/** Arcsec: what the providers take where none is named, and the most. */
const RADIUS = { usual: 5, most: 600 } as const;

/**
 * A route for marshals: answers lie in an envelope `{data}`. Only the real sky goes out, unless the address asks for another by
 * `origin`: a marshal would take a simulated object for a real one.
 */
export function brokerRoute(answer: (event: RequestEvent) => Promise<unknown>): RequestHandler {
	return api(async (event) => {
		if (event.locals.scope.origin !== 'real' && askedOrigin(event.url) === undefined) {
			throw new ProblemError(
				404,
				'This Nightjar holds no alerts of the real sky: ask with origin=simulated to try it with simulated ones.',
			);
		}
		return jsonResponse({ status: 'success', data: await answer(event) });
	});
}

/** The survey that a path or parameter names, in any case; null where none is named. */
function surveyNamed(text: string | null | undefined): string | null {
	if (text === null || text === undefined || text === '') return null;
	const found = SURVEY_NAMES.find((name) => name === text.toLowerCase());
	if (found === undefined) {
		throw new ProblemError(404, `There is no survey of that name: it must be one of ${SURVEY_NAMES.join(', ')}.`);
	}
	return found;
}

/** Survey of the path. */
export function brokerSurvey(event: RequestEvent): string {
	return surveyNamed(event.params['survey']) ?? '';
}

const coordinate = (min: number, max: number) =>
	v.pipe(
		v.string(),
		v.trim(),
		v.regex(/^[+-]?\d+(?:\.\d*)?(?:e[+-]?\d+)?$/i),
		v.transform(Number),
		v.minValue(min),
		v.maxValue(max),
	);
const cone = v.object({ ra: coordinate(0, 360), dec: coordinate(-90, 90), radius: coordinate(0, RADIUS.most) });

/** The alerts that parameters ask for: of an object, or within a radius in arcsec; parameters that we do not know are passed over. */
export async function listAlerts(
	event: RequestEvent,
	names: { readonly objectId: string; readonly radius: string },
	ofPath: string | null,
): Promise<unknown[]> {
	const given = event.url.searchParams;
	const survey = ofPath ?? surveyNamed(given.get('survey'));
	const objectId = given.get(names.objectId);
	const { store, scope } = event.locals;
	if (objectId !== null && objectId !== '') {
		const found = await objectNamed(event, objectId, survey);
		if (found === null) return [];
		const alerts = await readObjectAlerts(store, scope, found.survey, found.objectId, {});
		return alerts.slice(0, MOST_LISTED).map(listedAlert);
	}
	const parsed = v.safeParse(cone, {
		ra: given.get('ra') ?? '',
		dec: given.get('dec') ?? '',
		radius: given.get(names.radius) ?? String(RADIUS.usual),
	});
	if (!parsed.success) {
		throw new ProblemError(
			400,
			`Give ${names.objectId}, or ra and dec in degrees with ${names.radius} in arcsec, at most ${RADIUS.most}.`,
		);
	}
	const { ra, dec, radius } = parsed.output;
	const page = await searchPage(
		event.locals,
		{
			kind: 'alerts',
			cone: { ra, dec, radiusArcsec: radius },
			...(survey === null ? {} : { survey }),
			sort: 'sep',
			descending: false,
			limit: MOST_LISTED,
		},
		event.request.signal,
	);
	return (page.rows as AlertRow[]).map(listedAlert);
}

/** The object of that id in a survey, or in whichever knows it. */
async function objectNamed(
	event: RequestEvent,
	objectId: string,
	survey: string | null,
): Promise<{ survey: string; objectId: string } | null> {
	if (objectId.length > 100) return null;
	const { store, scope } = event.locals;
	const [found] = await findObjects(store, scope, objectId, survey === null ? SURVEY_NAMES : [survey]);
	return found ?? null;
}

/** The object of the path with its whole light curve; an alert's id leads to its object. */
export async function objectOfPath(event: RequestEvent, survey: string | null): Promise<unknown> {
	const id = event.params['id'] ?? '';
	const { store, scope } = event.locals;
	const key = (await objectNamed(event, id, survey)) ?? (await objectOfAlert(event, id, survey));
	const summary = key === null ? null : await readObject(store, scope, key);
	if (summary === null) throw new ProblemError(404, 'There is no object or alert of that id here.');
	const [newest, points] = await Promise.all([
		readAlert(store, scope, summary.survey, BigInt(summary.lastAlertId)),
		readLightCurve(store, scope, summary),
	]);
	if (newest === null) throw new ProblemError(404, 'There is no object or alert of that id here.');
	return objectDocument(summary, newest, points);
}

const isAlertId = (text: string): boolean => /^\d{1,20}$/.test(text) && BigInt(text) < 2n ** 64n;

async function objectOfAlert(
	event: RequestEvent,
	id: string,
	survey: string | null,
): Promise<{ survey: string; objectId: string } | null> {
	if (!isAlertId(id)) return null;
	const { store, scope } = event.locals;
	for (const name of survey === null ? SURVEY_NAMES : [survey]) {
		const alert = await readAlert(store, scope, name, BigInt(id));
		if (alert !== null) return { survey: name, objectId: alert.objectId };
	}
	return null;
}

const KEYS = { science: 'cutoutScience', template: 'cutoutTemplate', difference: 'cutoutDifference' } as const;

/** Cutouts of an alert: base64 of gzipped FITS, null for one that is not there. */
export async function cutoutsOf(event: RequestEvent, survey: string): Promise<unknown> {
	const candid = event.url.searchParams.get('candid') ?? '';
	if (!isAlertId(candid)) throw new ProblemError(400, 'Give candid, the id of an alert, in digits.');
	const { store, scope } = event.locals;
	const alertId = BigInt(candid);
	const cutouts = await Promise.all(
		CUTOUT_KINDS.map(async (kind) => {
			const found = await readCutout(store, scope, { survey, alertId, kind }, { signal: event.request.signal });
			if (found.state === 'noAlert') throw new ProblemError(404, 'There is no alert of that id here.');
			return [KEYS[kind], found.state === 'found' ? gzipped(found.bytes).toString('base64') : null] as const;
		}),
	);
	return { candid, ...Object.fromEntries(cutouts) };
}

/** FITS gzipped, as it came where it came so. */
function gzipped(bytes: Uint8Array): Buffer {
	const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
	return isGzip ? Buffer.from(bytes) : gzipSync(bytes);
}
