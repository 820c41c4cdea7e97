import { beforeAll, describe, expect, it } from 'vitest';
import type { Association, CatalogMatch, EnrichedAlert } from '#lib/alert/enriched.ts';
import { featurePlace } from '#lib/alert/features.ts';
import { findSurvey } from '#lib/alert/surveys.ts';
import { FilterSet, Pool } from '#lib/filter/index.ts';
import { checkSystemFilter, SYSTEM_FILTERS } from '#server/ingest/filter/system.ts';
import { makeEnriched, Random } from '../../../support/enriched.ts';
import { enrichedFromPacket, simulatedAlerts } from '../../../support/packetAlerts.ts';

const BABAMUL = SYSTEM_FILTERS.filter(({ topic }) => topic.startsWith('babamul.'));

/** Topics of each alert. */
function topicsOf(alerts: readonly EnrichedAlert[]): string[][] {
	const pool = new Pool();
	const runs = new FilterSet(BABAMUL.map((entry) => checkSystemFilter(entry, pool))).run(alerts);
	const topics = alerts.map((): string[] => []);
	for (const [i, run] of runs.entries()) {
		if (run.error !== null) throw new Error(run.error);
		for (const row of run.hits.rows) topics[row]?.push(BABAMUL[i]?.topic ?? '');
	}
	return topics;
}

const placesOf = (survey: string) => new Map(findSurvey(survey)?.fields.map(({ name }, place) => [name, place]));
const PLACES = { ztf: placesOf('ztf'), lsst: placesOf('lsst') };

/** The topic that the rules give, in plain code; null for an alert that does not go out. */
function topicByRule({ alert, features, matches, associations }: EnrichedAlert): string | null {
	const isZtf = alert.survey === 'ztf';
	const own = (name: string): number => {
		const value = alert.fields[PLACES.ztf.get(name) ?? -1];
		return typeof value === 'number' ? Math.fround(value) : Number.NaN;
	};
	const feature = (name: string): number => features[featurePlace(name)] ?? Number.NaN;
	const isKnown = Number.isNaN(feature('rock')) ? (alert.ssoName ?? '') !== '' : feature('rock') !== 0;
	if (alert.programme !== 'public' || isKnown) return null;
	const lspsc = matches.filter(({ catalog }) => catalog === 'lspsc');
	const isStar = (name: string) => !Number.isNaN(feature(name)) && feature(name) !== 0;
	const isStellar = isStar('star') || isStar('nearBrightStar');
	if (isZtf) {
		if (!(Math.fround(alert.reliability) >= 0.2) || alert.reliability === Number.POSITIVE_INFINITY) return null;
		const isHost = [1, 2, 3].some((i) => {
			const [score, sep] = [own(`sgscore${i}`), own(`distpsnr${i}`)];
			return score >= 0 && score < 0.5 && sep >= 0 && sep <= 10;
		});
		const match = associations.some(({ survey }) => survey === 'lsst') ? 'lsst-match' : 'no-lsst-match';
		return `babamul.ztf.${match}.${isStellar ? 'stellar' : isHost ? 'hosted' : 'hostless'}`;
	}
	if (alert.survey !== 'lsst' || alert.fields[PLACES.lsst.get('pixelFlags') ?? -1] === true) return null;
	const isHost = lspsc.some(
		({ numbers, sepArcsec }) => (numbers['score'] ?? Number.NaN) <= 0.5 && Math.fround(sepArcsec) <= 10,
	);
	const match = associations.some(({ survey }) => survey === 'ztf') ? 'ztf-match' : 'no-ztf-match';
	const state = isStellar ? 'stellar' : isHost ? 'hosted' : lspsc.length > 0 ? 'hostless' : 'unknown';
	return `babamul.lsst.${match}.${state}`;
}

function lspscMatches(random: Random): CatalogMatch[] {
	return Array.from({ length: random.whole(4) }, () => ({
		...{ catalog: 'lspsc', release: '1', sourceId: 'x', ra: 10, dec: 20, redshift: Number.NaN },
		sepArcsec: random.of([0.2, 4, 10, 10.1, random.between(0, 30)]),
		mag: random.between(12, 22),
		numbers: random.chance(0.8) ? { score: random.of([0, 0.5, 0.51, 1, Number.NaN]) } : {},
		texts: {},
	})).sort((a, b) => a.sepArcsec - b.sepArcsec);
}

/** Random alerts with values on both sides of every threshold of the topics. */
function randomAlert(random: Random, index: number): EnrichedAlert {
	const made = makeEnriched(random, index, index % 3 === 0 ? 'plain' : 'nasty', 4);
	const survey = random.of(['ztf', 'lsst'] as const);
	const fields = (findSurvey(survey)?.fields ?? []).map(({ name, type }, place) => {
		if (/^sgscore\d$/.test(name)) return random.of([0, 0.1, 0.5, 0.9, 1, -1, Number.NaN, 0.499]);
		if (/^distpsnr\d$/.test(name)) return random.of([0, 3, 9.9, 10, 10.1, 25, -999, Number.NaN]);
		if (name === 'pixelFlags') return random.of([true, false, false, null]);
		return made.alert.survey === survey
			? (made.alert.fields[place] ?? null)
			: type.startsWith('float')
				? Number.NaN
				: null;
	});
	const features = made.features.slice();
	for (const name of ['rock', 'star', 'nearBrightStar']) {
		features[featurePlace(name)] = random.of([0, 0, 0, 1, Number.NaN]);
	}
	if (random.chance(0.1)) features.fill(Number.NaN);
	const other = random.of(['ztf', 'lsst'].filter((name) => name !== survey));
	const associations = made.associations.map((one): Association => ({
		...one,
		survey: random.chance(0.9) ? other : survey,
	}));
	return {
		...made,
		alert: {
			...made.alert,
			...{ survey, fields, programme: random.of(['public', 'public', 'partnership', 'private', '']) },
			reliability: random.of([0, 0.19, 0.2, 0.5, 1, Number.NaN, made.alert.reliability]),
		},
		features,
		associations,
		matches: [...made.matches, ...lspscMatches(random)],
	};
}

function expectPartition(alerts: readonly EnrichedAlert[]): Map<string, number> {
	const counts = new Map<string, number>();
	const wrong: unknown[] = [];
	for (const [i, topics] of topicsOf(alerts).entries()) {
		const rule = topicByRule(alerts[i] as EnrichedAlert);
		if (topics.length !== (rule === null ? 0 : 1) || (topics[0] ?? null) !== rule) wrong.push({ i, topics, rule });
		const name = rule ?? 'not sent';
		counts.set(name, (counts.get(name) ?? 0) + 1);
	}
	expect(wrong).toEqual([]);
	return counts;
}

describe('the Babamul topics', () => {
	it('are fourteen: six of ZTF, eight of Rubin', () => {
		expect(BABAMUL.filter(({ topic }) => topic.startsWith('babamul.ztf.'))).toHaveLength(6);
		expect(BABAMUL.filter(({ topic }) => topic.startsWith('babamul.lsst.'))).toHaveLength(8);
	});

	it('hold every alert that goes out exactly once, whatever is absent or extreme', () => {
		const random = new Random(14);
		const counts = expectPartition(Array.from({ length: 4000 }, (_, i) => randomAlert(random, i)));
		// every topic and the way out of the stream were met, and often
		expect(counts.size).toBe(15);
		for (const [name, count] of counts) expect(count, name).toBeGreaterThan(10);
	});

	describe('over simulated nights', () => {
		let alerts: EnrichedAlert[];
		beforeAll(async () => {
			const [ztf, lsst] = await Promise.all([
				simulatedAlerts({ survey: 'ztf', seed: 3, count: 240 }),
				simulatedAlerts({ survey: 'lsst', seed: 3, count: 120 }),
			]);
			alerts = [...ztf, ...lsst].map((alert) => enrichedFromPacket(alert));
		}, 120_000);

		it('hold every alert that goes out exactly once', () => {
			const counts = expectPartition(alerts);
			const sent = [...counts].reduce((sum, [name, n]) => sum + (name === 'not sent' ? 0 : n), 0);
			expect(sent).toBeGreaterThan(alerts.length / 2);
			expect(counts.size).toBeGreaterThanOrEqual(5);
		});
	});
});
