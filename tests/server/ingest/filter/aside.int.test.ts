// A filter that throws on the stream, and ones that are slow: set aside alone, their owner told, the stream and the others unhurt.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alert } from '#lib/alert/alert.ts';
import type { CurvePoint } from '#lib/alert/enriched.ts';
import { closeAccounts, openAccounts, type AccountsDatabase } from '#lib/server/accounts/database.ts';
import { collectNotices } from '#lib/server/deliver/notices.ts';
import type { Desk } from '#lib/server/deliver/filterOutputs.ts';
import { sendDue } from '#lib/server/deliver/run.ts';
import { activateFilter, createFilter, filterOf } from '#lib/server/filters/library.ts';
import { openMail } from '#lib/server/mail/mail.ts';
import { LOCAL } from '#lib/server/principal.ts';
import type { Store } from '#clickhouse/store.ts';
import { FilterStage } from '#server/ingest/filter/stage.ts';
import type { Stage } from '#server/ingest/store/stage.ts';
import { STAGES } from '#server/ingest/store/stages.ts';
import { makeAlert, makePoint } from '../../../support/alerts.ts';
import { startEmbeddedStore } from '../../../support/embeddedStore.ts';
import { ingestAlerts } from '../../../support/memoryIngest.ts';
import { testLocals } from '../../../support/route.ts';

let embedded: Awaited<ReturnType<typeof startEmbeddedStore>>;
let store: Store;
let home: string;
let database: AccountsDatabase;
let desk: Desk;
let nowMs = 0;
let stage: FilterStage;

beforeAll(async () => {
	embedded = await startEmbeddedStore();
	store = embedded.store;
	home = await mkdtemp(join(tmpdir(), 'nightjar-aside-'));
	database = openAccounts(home);
	const mail = openMail({ home, accounts: { mail: { kind: 'files' }, mailFrom: 'Nightjar <nightjar@localhost>' } });
	desk = { database, store, home, mail, portal: 'https://nightjar.example', privateHosts: [] };
	stage = new FilterStage(store, { writer: 'test', now: () => nowMs });
});
afterAll(async () => {
	closeAccounts(home);
	await rm(home, { recursive: true, force: true });
	await embedded.stop();
});

const locals = (): App.Locals => ({ ...testLocals(store, { origin: 'real', grants: [] }), principal: LOCAL });

async function live(name: string, text: string): Promise<string> {
	const filter = await createFilter(locals(), {
		...{ name, text, changelog: '', mustPass: [], mustFail: [], meaning: '', visibility: 'private', groupId: '' },
		...{ block: false, forkedFrom: '' },
	});
	await activateFilter(locals(), filter.id, undefined);
	return filter.id;
}

const hitsOf = async (id: string): Promise<string[]> => {
	const rows = await store.query<{ alert: string }>(
		'SELECT toString(alert_id) AS alert FROM filter_hits WHERE filter_id = {id:UUID} ORDER BY alert_id',
		{ id },
		{ class: 'ingest' },
	);
	return rows.map(({ alert }) => alert);
};
const idsOf = (alerts: readonly Alert[]): string[] => alerts.map(({ alertId }) => String(alertId)).sort();

let nextId = 1_000_000;
function alertsOf(count: number, points: number): Alert[] {
	return Array.from({ length: count }, () => {
		const alertId = BigInt((nextId += 1000));
		const mjd = 60_300 + nextId / 1e9;
		const history = Array.from({ length: points }, (_, i) =>
			makePoint({
				...{ sourceId: alertId + BigInt(i + 1), mjd: mjd - 1 - i, mag: 17 + ((i * 13) % 30) / 10 },
				timeReceived: 2_400_000.5 + mjd - 1 - i,
			}),
		);
		return makeAlert({ alertId, objectId: `ZTF23aside${nextId}`, mjd, mag: 17, history });
	});
}

async function ingest(alerts: readonly Alert[], batchRows: number, stages: readonly Stage[] = STAGES): Promise<void> {
	nowMs += 60_000;
	const totals = await ingestAlerts({
		...{ store, alerts, batchRows, partition: `/p${nextId}` },
		options: { filters: stage, stages },
	});
	expect([totals.stored, totals.deadLetters]).toEqual([alerts.length, {}]);
}

/** The last letter after owners were told. */
async function letter(): Promise<string> {
	expect(await collectNotices(desk)).toBe(1);
	expect(await collectNotices(desk)).toBe(0);
	await sendDue(desk, { nowMs: Date.now() + 1000 });
	const [file] = (await readdir(join(home, 'mail'))).sort().slice(-1);
	// long lines are broken in a letter
	return (await readFile(join(home, 'mail', file ?? ''), 'utf8')).replace(/=\r?\n/g, '');
}

describe('a filter that throws on an alert', () => {
	it('is set aside alone, and its owner told why', async () => {
		const broken = await live('Broken', 'mag < 18 and any(associated("lsst").detections, d => d.mag < 30)');
		// asked after it of the same alerts
		const sound = await live('Sound', 'mag < 18 and any(detections, d => d.mag < 18)');
		const alerts = alertsOf(12, 5);
		// what is known of another survey's object cannot be read at one alert, as by a fault of the code that made it
		const fault: Stage = {
			name: 'fault',
			notDone: () => undefined,
			enrich: (drafts) => {
				for (const draft of drafts) {
					const { ra, dec, mjd, alertId } = draft.alert;
					const other = { survey: 'lsst', objectId: '1', programme: 'public', sepArcsec: 1, ra, dec };
					draft.associations = [
						{
							...{ ...other, nDetections: 1, firstMjd: mjd - 1, lastMjd: mjd - 1 },
							get curve(): readonly CurvePoint[] {
								if (alertId === alerts[7]?.alertId) throw new RangeError('the light curve cannot be read');
								return draft.curve;
							},
						},
					];
				}
			},
		};
		await ingest(alerts, 5, [...STAGES, fault]);
		expect(await hitsOf(sound)).toEqual(idsOf(alerts));
		// what passed before it threw stands; of the batch in which it threw nothing does
		expect(await hitsOf(broken)).toEqual(idsOf(alerts.slice(0, 5)));
		expect(await filterOf(locals(), broken)).toMatchObject({
			state: 'setAside',
			reason: 'It failed on an alert: the light curve cannot be read',
		});
		expect((await filterOf(locals(), sound)).state).toBe('live');
		const told = await letter();
		expect(told).toContain('Subject: The filter Broken was set aside');
		expect(told).toContain('the light curve cannot be read');
		expect(told).toContain(`https://nightjar.example/filters/${broken}`);

		// put live again by its owner it runs again
		await activateFilter(locals(), broken, undefined);
		const later = alertsOf(3, 5);
		await ingest(later, 5, [...STAGES, fault]);
		expect(await hitsOf(broken)).toEqual(idsOf([...alerts.slice(0, 5), ...later]));
	});
});

describe('a filter that is slow', () => {
	/** Every pair of points of the light curve, several times. */
	const DEAR = [1, 2]
		.map(
			(n) =>
				`count(detections, a => count(detections, b => sqrt(abs(a.mag - b.mag) + ${n}) > ${n} and abs(a.mjd - b.mjd) > ${n}) > 500) > 0`,
		)
		.join('\n or ');

	it.each([
		['before it gets a batch, where it is dear', 40, 0],
		['after the batch that showed it, where that was small', 12, 12],
	])('is set aside %s', { timeout: 600_000 }, async (_, batchRows, seen) => {
		const dear = await live(`Dear ${batchRows}`, `not (${DEAR})`);
		const sound = await live(`Cheap ${batchRows}`, 'mag < 18 and any(detections, d => d.mag < 18)');
		const alerts = alertsOf(48, 300);
		await ingest(alerts, batchRows);
		expect(await hitsOf(sound)).toEqual(idsOf(alerts));
		expect(await hitsOf(dear)).toEqual(idsOf(alerts).slice(0, seen));
		expect(await filterOf(locals(), dear)).toMatchObject({
			state: 'setAside',
			reason: expect.stringMatching(
				/^It takes \d+\.\d ms an alert; 2 ms is the most\. Put cheap conditions first/,
			) as string,
		});
		expect((await filterOf(locals(), sound)).state).toBe('live');
		expect(await letter()).toContain(`Subject: The filter Dear ${batchRows} was set aside`);
	});
});
