import type { Store } from '../store.ts';
import deadLettersSql from '../queries/ingest_dead_letters.sql?raw';
import surveyAlertsSql from '../queries/has_survey_alerts.sql?raw';
import summarySql from '../queries/ingest_summary.sql?raw';

/** What became of the records of one partition (file, archive, simulation). For the operator: no access scope. */
export interface PartitionSummary {
	readonly partition: string;
	readonly received: number;
	readonly stored: number;
	readonly duplicates: number;
	readonly redelivered: number;
	readonly deadLetters: Readonly<Record<string, number>>;
	/** The reason of one dead letter of each kind. */
	readonly reasons: Readonly<Record<string, string>>;
}

/** Every partition that `writer` read since that moment (Unix milliseconds). */
export async function readIngestSummary(store: Store, writer: string, sinceMs: number): Promise<PartitionSummary[]> {
	const params = { writer, since_ms: sinceMs };
	const counts = await store.query<Record<'partition' | 'received' | 'stored' | 'duplicates' | 'redelivered', string>>(
		summarySql,
		params,
	);
	const letters = await store.query<Record<'partition' | 'kind' | 'letters' | 'example', string>>(
		deadLettersSql,
		params,
	);
	return counts.map((row) => {
		const own = letters.filter((letter) => letter.partition === row.partition);
		return {
			partition: row.partition,
			received: Number(row.received),
			stored: Number(row.stored),
			duplicates: Number(row.duplicates),
			redelivered: Number(row.redelivered),
			deadLetters: Object.fromEntries(own.map((letter) => [letter.kind, Number(letter.letters)])),
			reasons: Object.fromEntries(own.map((letter) => [letter.kind, letter.example])),
		};
	});
}

/** Whether the store holds alerts of a survey itself, not only simulated ones. */
export async function hasSurveyAlerts(store: Store): Promise<boolean> {
	return (await store.query(surveyAlertsSql)).length > 0;
}
