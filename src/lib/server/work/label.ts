import { CLASSES } from '#lib/alert/class.ts';
import type { Label } from '#lib/alert/label.ts';
import type { Origin } from '#lib/alert/survey.ts';
import { type AccountsDatabase, unixNow } from '../accounts/database.ts';
import type { Principal } from '../principal.ts';
import { ProblemError } from '../problem.ts';

type Row = Omit<Label, 'interesting'> & { readonly interesting: number };
const shown = ({ interesting, ...row }: Row): Label => ({ ...row, interesting: interesting === 1 });
const COLUMNS =
	'survey, alert_id AS alertId, object_id AS objectId, verdict, interesting, class, source, decided_at AS decidedAt';

/** Keeps a decision; one with nothing in it takes an earlier one back. */
export function decide(
	database: AccountsDatabase,
	principal: Principal,
	origin: Origin,
	label: Omit<Label, 'decidedAt'>,
): void {
	if (label.class !== '' && !CLASSES.some(({ key }) => key === label.class && key !== 'none')) {
		throw new ProblemError(
			400,
			`A class is one of ${CLASSES.map(({ key }) => key)
				.filter((key) => key !== 'none')
				.join(', ')}.`,
		);
	}
	if (label.verdict === '' && !label.interesting && label.class === '') {
		database.run(
			'DELETE FROM labels WHERE owner_id = ? AND survey = ? AND alert_id = ?',
			principal.id,
			label.survey,
			label.alertId,
		);
		return;
	}
	database.run(
		`INSERT INTO labels VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		 ON CONFLICT DO UPDATE SET verdict = excluded.verdict, interesting = excluded.interesting, class = excluded.class,
			source = excluded.source, decided_at = excluded.decided_at`,
		principal.id,
		label.survey,
		label.alertId,
		label.objectId,
		origin,
		label.verdict,
		label.interesting ? 1 : 0,
		label.class,
		label.source.slice(0, 200),
		unixNow(),
	);
}

/** Decisions of somebody on some alerts. */
export function labelsOn(
	database: AccountsDatabase,
	principal: Principal,
	alerts: readonly { readonly survey: string; readonly alertId: string }[],
): Label[] {
	return database
		.all<Row>(
			`SELECT ${COLUMNS} FROM labels WHERE owner_id = ? AND alert_id IN (SELECT value FROM json_each(?))`,
			principal.id,
			JSON.stringify(alerts.map(({ alertId }) => alertId)),
		)
		.map(shown)
		.filter((label) => alerts.some(({ survey, alertId }) => survey === label.survey && alertId === label.alertId));
}

/** Decisions of somebody on an object's alerts, the newest first. */
export function labelsOfObject(
	database: AccountsDatabase,
	principal: Principal,
	object: { readonly survey: string; readonly objectId: string },
): Label[] {
	return database
		.all<Row>(
			`SELECT ${COLUMNS} FROM labels WHERE owner_id = ? AND survey = ? AND object_id = ? ORDER BY decided_at DESC LIMIT 20`,
			principal.id,
			object.survey,
			object.objectId,
		)
		.map(shown);
}

/** Decisions of somebody in one sky, the newest first. */
export function labelsBy(database: AccountsDatabase, principal: Principal, origin: Origin, limit = 1_000_000): Label[] {
	return database
		.all<Row>(
			`SELECT ${COLUMNS} FROM labels WHERE owner_id = ? AND origin = ? ORDER BY decided_at DESC, survey, alert_id LIMIT ?`,
			principal.id,
			origin,
			limit,
		)
		.map(shown);
}

/** How many of each decision somebody made in one sky. */
export function countLabels(
	database: AccountsDatabase,
	principal: Principal,
	origin: Origin,
): { all: number; real: number; bogus: number; later: number; interesting: number; classed: number } {
	const row = database.get<Record<'all' | 'real' | 'bogus' | 'later' | 'interesting' | 'classed', number>>(
		`SELECT count(*) AS "all", coalesce(sum(verdict = 'real'), 0) AS real, coalesce(sum(verdict = 'bogus'), 0) AS bogus,
		 coalesce(sum(verdict = 'later'), 0) AS later, coalesce(sum(interesting), 0) AS interesting, coalesce(sum(class <> ''), 0) AS classed
		 FROM labels WHERE owner_id = ? AND origin = ?`,
		principal.id,
		origin,
	);
	return row ?? { all: 0, real: 0, bogus: 0, later: 0, interesting: 0, classed: 0 };
}

export const LABEL_COLUMNS = 'survey objectId alertId origin verdict interesting class source decidedAt'.split(' ');

/** A label as a row of a table; `decidedAt` is ISO 8601 UTC. */
export function labelRow(label: Label, origin: Origin) {
	return { ...label, origin, decidedAt: new Date(label.decidedAt * 1000).toISOString() };
}
