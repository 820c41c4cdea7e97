import type { Alert } from '#lib/alert/alert.ts';
import { DecodeError, type DecodedPacket } from '../decode/packet.ts';
import { normaliseAtlas } from './atlas.ts';
import { normaliseDecam } from './decam.ts';
import { normaliseElasticc } from './elasticc.ts';
import { normaliseLsst } from './lsst.ts';
import { normalisePgir } from './pgir.ts';
import { recordOf, textOf, type Raw } from './values.ts';
import { normaliseWinter } from './winter.ts';
import { normaliseZtf } from './ztf.ts';

/** Turns packets of one survey into alerts; adding a survey adds a file and a line to ADAPTERS. */
interface Adapter {
	/** Whether packets with this record name, and this content where the name was lost, are the survey's. */
	readonly accepts: (recordName: string, record: Raw) => boolean;
	readonly normalise: (record: Raw, recordName: string) => Alert;
}

const ADAPTERS: readonly Adapter[] = [
	{
		accepts: (name, record) => name === 'ztf.alert' || (isAnonymous(name) && looksLikeZtf(record)),
		normalise: normaliseZtf,
	},
	{ accepts: (name) => /^lsst\.v\d+_\d+\.alert$/.test(name), normalise: normaliseLsst },
	{ accepts: (name) => name === 'winter.alert', normalise: normaliseWinter },
	{ accepts: (name) => name === 'desirt.alert' || name === 'decam.alert', normalise: normaliseDecam },
	{ accepts: (name) => name === 'pgir.alert', normalise: normalisePgir },
	{ accepts: (name) => name === 'atlas.alert', normalise: normaliseAtlas },
	{ accepts: (name) => /^elasticc\.v\d+_\d+(_\d+)?\.alert$/.test(name), normalise: normaliseElasticc },
];

/** Surveys whose packets are recognised though there is no adapter, each with the reason that its dead letters give. */
const WITHOUT_ADAPTER: Readonly<Record<string, string>> = {
	// docs/decisions/0010-no-adapter-for-turbo.md
	'turbo.alert':
		'This is a packet of TURBO. There is no adapter for TURBO: its public packets are trials that name no object (None.N), share one candid and have the magnitude 1 throughout.',
};

/** Names that rewriting programs (Spark) put in place of the survey's. */
function isAnonymous(name: string): boolean {
	return name === 'topLevelRecord' || name === 'root';
}

function looksLikeZtf(record: Raw): boolean {
	const candidate = recordOf(record, 'candidate');
	return (
		candidate !== null &&
		/\bZTF\b/.test(textOf(record, 'publisher')) &&
		'candid' in candidate &&
		'isdiffpos' in candidate
	);
}

/** The adapter of a packet; throws DecodeError `unknownSurvey`, with the survey and why it has no adapter where that is known. */
function adapterOf({ recordName, record }: DecodedPacket): Adapter {
	const adapter = ADAPTERS.find(({ accepts }) => accepts(recordName, record));
	if (adapter !== undefined) return adapter;
	const reason = Object.hasOwn(WITHOUT_ADAPTER, recordName) ? WITHOUT_ADAPTER[recordName] : undefined;
	throw new DecodeError(
		'unknownSurvey',
		reason ?? `No survey that Nightjar knows writes packets named "${recordName.slice(0, 100)}".`,
	);
}

/**
 * A decoded packet as an Alert, after the rules of meaning; throws DecodeError `invalid` or `unknownSurvey`.
 * The time of receipt (ms since 1970) is for surveys whose packets need it; none does so far.
 */
export const normalise: (decoded: DecodedPacket, receivedAtMs: number) => Alert = (decoded) =>
	adapterOf(decoded).normalise(decoded.record, decoded.recordName);
