import { afterAll, beforeAll, expect, test } from 'vitest';
import { readAlert } from '#clickhouse/read/alerts.ts';
import { readStoredAlerts } from '#clickhouse/read/storedAlerts.ts';
import type { FieldValue } from '#lib/alert/alert.ts';
import type { EnrichedAlert } from '#lib/alert/enriched.ts';
import { featurePlacesOf, FEATURES } from '#lib/alert/features.ts';
import { fieldLayout, storedSql } from '#lib/alert/fieldPlaces.ts';
import type { FieldType } from '#lib/alert/fields.ts';
import type { Survey } from '#lib/alert/survey.ts';
import { SURVEYS } from '#lib/alert/surveys.ts';
import { makeAlert } from '../support/alerts.ts';
import { publish } from '../support/alertRows.ts';
import { startEmbeddedStore, type EmbeddedStore } from '../support/embeddedStore.ts';
import { storeEnriched } from '../support/enrichedRows.ts';

// Every field of every survey and every feature, each with a value of its own, comes back under its name in whatever way it is read.

/** A value that no other field has. */
function valueOf(type: FieldType, place: number): FieldValue {
	switch (type) {
		case 'float32':
			return Math.fround(-place - 0.1);
		case 'float64':
			return 60_000 + place / 977;
		case 'int':
			return place % 2 === 0 ? -(2 ** 31) + place : 2 ** 31 - 1 - place;
		case 'long':
			return 2n ** 63n - 1n - BigInt(place);
		case 'text':
			return `text "${place}", é`;
		case 'truth':
			return place % 2 === 0;
	}
}

const ABSENT: Readonly<Record<FieldType, FieldValue>> = {
	...{ float32: Number.NaN, float64: Number.NaN, int: null, long: null, text: null, truth: null },
};

function enriched(survey: Survey, alertId: bigint, full: boolean): EnrichedAlert {
	const features = new Float64Array(FEATURES.length).fill(Number.NaN);
	for (const place of full ? featurePlacesOf(survey.name) : []) {
		const type = FEATURES[place]?.type;
		features[place] =
			type === 'truth' ? place % 2 : type === 'float64' ? 60_000.123456789 + place : Math.fround(place + 0.1);
	}
	return {
		alert: makeAlert({
			survey: survey.name,
			alertId,
			objectId: `${survey.name}${alertId}`,
			programme: survey.programmes[0]?.name ?? '',
			fields: survey.fields.map(({ type }, place) => (full ? valueOf(type, place) : ABSENT[type])),
		}),
		...{ curve: [], matches: [], runs: [], associations: [], scores: [] },
		features,
		featureVersion: '1',
		featureReason: '',
		classification: { class: '', score: Number.NaN, model: '' },
	};
}

const alerts = SURVEYS.flatMap((survey, i) => [
	enriched(survey, BigInt(10 * i + 1), true),
	enriched(survey, BigInt(10 * i + 2), false),
]);

let embedded: EmbeddedStore;
beforeAll(async () => {
	embedded = await startEmbeddedStore();
	await storeEnriched(embedded.store, alerts);
	const [row] = await embedded.store.query<{ writer: string; number: string }>(
		'SELECT writer, toString(max(number)) AS number FROM alerts GROUP BY writer',
	);
	await publish(embedded.store, row?.writer ?? '', Number(row?.number));
});
afterAll(async () => {
	await embedded.stop();
});

test.each(SURVEYS.map((survey) => [survey.name, survey] as const))(
	'%s: as ingest reads it back',
	async (name, survey) => {
		const own = alerts.filter(({ alert }) => alert.survey === name);
		const ids = own.map(({ alert }) => alert.alertId);
		const back = await readStoredAlerts(embedded.store, survey, ids, { cutouts: false });
		expect(back.map(({ alert }) => alert.fields)).toEqual(own.map(({ alert }) => alert.fields));
		expect(back.map(({ features }) => features)).toEqual(own.map(({ features }) => features));
	},
);

/** As JSON gives a value: 64-bit integers as text, absent numbers as null. */
const shown = (value: FieldValue): unknown =>
	typeof value === 'bigint' ? String(value) : typeof value === 'number' && Number.isNaN(value) ? null : value;

test.each(SURVEYS.map((survey) => [survey.name, survey] as const))(
	'%s: in SQL by name, and as the page of the alert shows it',
	async (name, survey) => {
		const scope = {
			origin: 'real',
			grants: survey.programmes.map((programme) => ({ survey: name, programme: programme.name })),
		} as const;
		for (const { alert, features } of alerts.filter(({ alert }) => alert.survey === name)) {
			const places = [...fieldLayout(survey).places, ...FEATURES];
			const columns = places.map((place) => `${storedSql(place, 'alerts')} AS \`${place.column}\``).join(', ');
			const [row] = await embedded.store.query<Record<string, unknown>>(
				`SELECT ${columns} FROM alerts WHERE survey = {name:String} AND alert_id = {id:UInt64}`,
				{ name, id: alert.alertId },
			);
			const single = (value: unknown, type: FieldType | undefined) =>
				type === 'float32' && typeof value === 'number' ? Math.fround(value) : value;
			for (const [i, { column, type }] of fieldLayout(survey).places.entries()) {
				expect(single(row?.[column], type), column).toEqual(shown(alert.fields[i] ?? null));
			}
			for (const [i, { column, type }] of FEATURES.entries()) {
				const value = features[i] ?? Number.NaN;
				expect(single(row?.[column], type), column).toEqual(
					type === 'truth' && !Number.isNaN(value) ? value !== 0 : shown(value),
				);
			}
			const page = await readAlert(embedded.store, scope, name, alert.alertId);
			for (const [i, field] of survey.fields.entries()) {
				expect(single(page?.fields[field.name], field.type), field.name).toEqual(shown(alert.fields[i] ?? null));
			}
		}
	},
);
