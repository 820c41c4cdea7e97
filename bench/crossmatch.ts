// `npm run bench -- crossmatch [--galaxies 1872544] [--stars 5000] [--alerts 20000] [--batch 1000] [--spread field|sky]`: CPU per alert of
// matching with a galaxy catalogue of the size that the peers' test used and three small ones, and of storing what was found.
// Alerts of a batch lie in one field of ZTF, as they arrive, or all over the sky.
import { parseArgs } from 'node:util';
import { Crossmatcher, insertCrossmatches, type AlertPlace } from '#server/ingest/store/crossmatch.ts';
import { startEmbeddedStore } from '../tests/support/embeddedStore.ts';
import { cpuSecondsOf } from './cpu.ts';
import { anywhere, loadGalaxies, random } from './galaxies.ts';

const { values } = parseArgs({
	options: {
		galaxies: { type: 'string', default: '1872544' },
		stars: { type: 'string', default: '5000' },
		alerts: { type: 'string', default: '20000' },
		batch: { type: 'string', default: '1000' },
		spread: { type: 'string', default: 'field' },
	},
});

const embedded = await startEmbeddedStore();
const { store } = embedded;
for (const name of ['NED', 'stars', 'messier', 'tns']) {
	const cpu = process.cpuUsage();
	const rows = Number(name === 'NED' ? values.galaxies : values.stars);
	await loadGalaxies(store, name, rows, name === 'NED');
	const { user, system } = process.cpuUsage(cpu);
	console.log(`${name}: ${rows} sources, ${((user + system) / 1e6).toFixed(1)} s CPU to make and encode`);
}
const parts = await store.query<{ parts: string; bytes: string }>(
	`SELECT count() AS parts, sum(bytes_on_disk) AS bytes FROM system.parts WHERE table = 'catalog_sources' AND active`,
);
console.log(`parts ${parts[0]?.parts ?? '?'}, ${Number(parts[0]?.bytes ?? 0) / 1e6} MB`);

const total = Number(values.alerts);
const batchRows = Number(values.batch);
const matcher = new Crossmatcher();
let number = 0n;
let matches = 0;
const cpuNow = () => {
	const { user, system } = process.cpuUsage();
	return { own: (user + system) / 1e3, store: cpuSecondsOf(embedded.pid) * 1e3 };
};
/** Places of a batch: in one field of 47 square degrees, or anywhere. */
function batchPlaces(first: number): AlertPlace[] {
	const centre = { ra: 360 * random(), dec: -25 + 90 * random() };
	return Array.from({ length: batchRows }, (_, i) => {
		const place =
			values.spread === 'sky'
				? anywhere()
				: {
						ra: (centre.ra + (7 * (random() - 0.5)) / Math.cos((centre.dec * Math.PI) / 180) + 360) % 360,
						dec: centre.dec + 7 * (random() - 0.5),
					};
		const alertId = BigInt(first + i + 1);
		return { survey: 'ztf', objectId: `ZTF26${first + i}`, alertId, programme: 'public', origin: 'real', ...place };
	});
}
const warm = await matcher.match(store, batchPlaces(1e9), { writer: 'warm', number: 1n, knownAtMs: Date.now() });
console.log(`warm: ${warm.length}`);
const spent = { match: { own: 0, store: 0 }, insert: { own: 0, store: 0 } };
for (let at = 0; at < total; at += batchRows) {
	const places = batchPlaces(at);
	number += 1n;
	const stamp = { writer: 'bench', number, knownAtMs: Date.now() };
	const before = cpuNow();
	const results = await matcher.match(store, places, stamp);
	const between = cpuNow();
	await insertCrossmatches(store, stamp, places, results);
	const after = cpuNow();
	for (const result of results) matches += result.matches.length;
	spent.match.own += between.own - before.own;
	spent.match.store += between.store - before.store;
	spent.insert.own += after.own - between.own;
	spent.insert.store += after.store - between.store;
}
for (const [name, { own, store: stored }] of Object.entries(spent)) {
	console.log(
		`${name}: ${((own + stored) / total).toFixed(4)} ms CPU an alert (worker ${(own / total).toFixed(4)}, store ${(stored / total).toFixed(4)})`,
	);
}
console.log(`${matches} matches of ${total} alerts`);
await embedded.stop();
