import { matchCatalogPositions, matchPositions } from '#clickhouse/read/matchPositions.ts';
import { readWatermark } from '#clickhouse/read/watermark.ts';
import { api, catalogNamed } from '#lib/server/api.ts';
import { sourceColumns, sourceRow } from '#lib/server/catalogTable.ts';
import { fileFormat, jsonResponse, smallTable } from '#lib/server/format.ts';
import { crossmatchSchema, mostMatched, readQuery } from '#lib/server/params.ts';
import { MOST_POSITIONS, readPositions } from '#lib/server/positions.ts';
import { ProblemError } from '#lib/server/problem.ts';

const RADIUS_ARCSEC = 2;
const OURS = 'sepArcsec survey objectId alertId night mjd ra dec band mag class'.split(' ');

/** Objects or alerts, or sources of a catalogue, around each of many positions: one join for all of them. */
export const POST = api(async (event) => {
	const given = readQuery(crossmatchSchema, event.url);
	const { store, scope } = event.locals;
	const kind = given.kind ?? (given.catalog === undefined ? 'objects' : 'none');
	if (kind === 'none' && given.catalog === undefined) {
		throw new ProblemError(400, 'There is nothing to match with: ask for kind=objects or alerts, or name a catalogue.');
	}
	const format = fileFormat(given.format);
	if (format !== null && kind !== 'none' && given.catalog !== undefined) {
		throw new ProblemError(400, 'A file holds one table: ask for objects, alerts or a catalogue, not for two of them.');
	}
	const positions = await readPositions(event.request);
	const radiusArcsec = given.radius ?? RADIUS_ARCSEC;
	const most = mostMatched(radiusArcsec, MOST_POSITIONS);
	if (positions.length > most) {
		throw new ProblemError(
			413,
			`The body names ${positions.length} positions: within ${radiusArcsec} arcsec send at most ${most} at once, or narrow the radius.`,
			[{ parameter: 'radius', message: `leaves room for ${most} positions` }],
		);
	}
	const query = { places: positions, radiusArcsec, most: given.limit };
	const { signal } = event.request;
	const catalog = given.catalog === undefined ? null : await catalogNamed(event, given.catalog);
	const survey = given.survey === undefined ? {} : { survey: given.survey };
	const [ours, sources] = await Promise.all([
		kind === 'none'
			? null
			: readWatermark(store, signal).then((watermark) =>
					matchPositions(store, scope, { ...query, kind, ...survey, watermark }, { signal }),
				),
		catalog === null ? null : matchCatalogPositions(store, catalog, query, { signal }),
	]);
	if (format === null) {
		const rows = positions.map(({ id, ra, dec }, i) => ({
			id,
			ra,
			dec,
			...(ours === null || kind === 'none' ? {} : { [kind]: ours[i] ?? [] }),
			...(sources === null ? {} : { sources: sources[i] ?? [] }),
		}));
		const matched = rows.filter((_, i) => (ours?.[i]?.length ?? 0) + (sources?.[i]?.length ?? 0) > 0).length;
		const named = catalog === null ? {} : { catalog: catalog.name, release: catalog.release };
		return jsonResponse({ origin: scope.origin, radiusArcsec: query.radiusArcsec, ...named, matched, rows });
	}
	const asked = ({ id, ra, dec }: (typeof positions)[number]) => ({ id, askedRa: ra, askedDec: dec });
	const rows = positions.flatMap((position, i) => {
		const found = ours?.[i] ?? (sources?.[i] ?? []).map(sourceRow);
		return found.map((row) => ({ ...row, ...asked(position) }));
	});
	const own = catalog === null ? OURS : sourceColumns(catalog, true);
	const columns = ['id', 'askedRa', 'askedDec', ...own.filter((name) => name !== 'id')];
	return smallTable(rows, columns, { format, name: 'nightjar-crossmatch' });
});
