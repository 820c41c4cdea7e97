import { readNamedSources, readSolarSystemNames, type NamedSource } from '#clickhouse/read/names.ts';
import { briefly } from '#clickhouse/read/brief.ts';
import { isProvisional } from '#lib/alert/name.ts';
import { listCatalogs } from './catalogView.ts';
import type { PortalLocals } from './portal.ts';

/** What a name may mean here. */
export interface FoundNames {
	/** Sources of catalogues, at most ten. */
	readonly sources: readonly NamedSource[];
	/** Bodies of the solar system, as alerts in the reader's scope write them. */
	readonly solarSystem: readonly string[];
	/** Catalogues whose names were looked through, and those that are too large for it. */
	readonly lookedIn: readonly string[];
	readonly leftOut: readonly string[];
}

/** Names are looked up by reading every source of a catalogue, a microsecond each: the list of the TNS is not too large for that, one of galaxies is. */
export const MOST_SOURCES = 300_000;

const found = briefly<FoundNames>({ holdMs: 5000 });

async function lookUp(locals: PortalLocals, text: string, signal: AbortSignal): Promise<FoundNames> {
	const { store, scope } = locals;
	const catalogs = await listCatalogs(locals);
	const small = catalogs.filter(({ rows }) => rows <= MOST_SOURCES);
	// a number alone names a body of the solar system, and a line of any catalogue
	const { rows: sources } = /\p{L}/u.test(text) ? await readNamedSources(store, small, text, { signal }) : { rows: [] };
	// 2023 AB may be both; what else a catalogue names is no asteroid, and their names cost a look at every alert
	const solarSystem =
		sources.length === 0 || isProvisional(text) ? await readSolarSystemNames(store, scope, text, { signal }) : [];
	return {
		sources,
		solarSystem,
		lookedIn: small.map(({ name }) => name),
		leftOut: catalogs.filter(({ rows }) => rows > MOST_SOURCES).map(({ name }) => name),
	};
}

/** Looks a name up in what is stored here, and nowhere else: catalogues of at most `MOST_SOURCES` sources, and designations of alerts in scope. */
export function findNames(locals: PortalLocals, text: string, signal?: AbortSignal): Promise<FoundNames> {
	return found(locals.store, [locals.scope, text], (ending) => lookUp(locals, text, ending), signal);
}
