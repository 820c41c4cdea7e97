import type { CutoutKind } from './cutout.ts';
import type { SearchFlag } from './flags.ts';
import type { SearchTrend } from './trends.ts';
import type { ShownPoint } from './lightCurve.ts';
import type { ModelManifest } from './model.ts';
import type { ObjectSummary } from './object.ts';
import type { Origin } from './survey.ts';

/** One line of an alert table: core fields only. Ids and hpx29 are decimal strings, absent numbers null, times ISO 8601 UTC. */
export interface AlertRow {
	readonly survey: string;
	readonly alertId: string;
	readonly objectId: string;
	readonly programme: string;
	readonly origin: Origin;
	/** YYYY-MM-DD */
	readonly night: string;
	readonly mjd: number;
	readonly ra: number;
	readonly dec: number;
	readonly band: string;
	readonly psfFlux: number | null;
	readonly psfFluxErr: number | null;
	readonly mag: number | null;
	readonly magErr: number | null;
	readonly limitMag: number | null;
	readonly snr: number | null;
	readonly positive: boolean | null;
	readonly reliability: number | null;
	readonly starScore: number | null;
	readonly starSepArcsec: number | null;
	readonly nDetections: number | null;
	readonly firstMjd: number | null;
	readonly age: number | null;
	readonly ssoName: string | null;
	readonly class: string;
	readonly classScore: number | null;
	readonly classModel: string;
	readonly knownAt: string;
	/** Present in cone searches, arcsec. */
	readonly sepArcsec?: number;
}

/** One number of one model on one alert; where it is not done, null with the reason. */
export interface ShownScore {
	readonly alertId: string;
	/** MJD TAI of the alert. */
	readonly mjd: number;
	readonly model: string;
	readonly version: string;
	readonly label: string;
	readonly score: number | null;
	readonly state: 'done' | 'notDone';
	readonly reason: string;
	readonly knownAt: string;
}

/** The first score that a version of a model gave an alert of an object; knownAt as ISO 8601 UTC. */
export interface FirstScore {
	readonly model: string;
	readonly version: string;
	readonly alertId: string;
	readonly knownAt: string;
}

/** A version of a filter that alerts of an object passed: when the first did (ISO 8601 UTC), and how many. */
export interface FilterPass {
	readonly filterId: string;
	readonly name: string;
	readonly version: number;
	readonly alertId: string;
	readonly alerts: number;
	readonly knownAt: string;
}

/** A model as `/models` and `/api/v1/models` show it. */
export interface ModelView {
	readonly name: string;
	readonly version: string;
	readonly title: string;
	readonly surveys: readonly string[];
	readonly labels: readonly string[];
	/** What it is fed, in words. */
	readonly inputs: string;
	readonly licence: string;
	/** inUse scores every new alert; notInstalled is published and can be fetched. */
	readonly state: 'inUse' | 'installed' | 'broken' | 'notInstalled';
	readonly problem: string;
	readonly fetchable: boolean;
	readonly card: ModelManifest['card'];
	readonly files: readonly { readonly sha256: string; readonly bytes: number; readonly madeBy: string }[];
	/** Scores in the reader's scope: given, and not done. */
	readonly done: number;
	readonly notDone: number;
	/** ISO 8601 UTC of the last one. */
	readonly newest: string | null;
	/** For each label how many scores lie in each twentieth of [0, 1]. */
	readonly spread: readonly { readonly label: string; readonly counts: readonly number[] }[];
}

/** A version of the formulas and when features of it became known, ISO 8601 UTC. */
export interface FeatureVersion {
	readonly version: string;
	readonly knownAt: string;
}

/** Every field of one alert, as `/api/v1/alerts/{survey}/{alertId}` gives it. */
export interface AlertDetail extends AlertRow {
	/** Core fields that AlertRow leaves out: schemaVersion, timeReceived, exposureSeconds, hpx29, ... */
	readonly core: Readonly<Record<string, number | string | boolean | null>>;
	/** The survey's own fields by name; JSON nests them under the survey: `ztf: {drb}`. */
	readonly fields: Readonly<Record<string, number | string | boolean | null>>;
	/** Features by name (`nRising`, `g.riseRate`), in the version that `featureVersion` of `core` names. */
	readonly features: Readonly<Record<string, number | boolean | null>>;
	/** Versions of the formulas that this alert's features are known in, newest first. */
	readonly featureVersions: readonly FeatureVersion[];
	readonly cutouts: readonly CutoutKind[];
	/** Size in bytes as stored; a cutout that was dropped to keep the byte budget is listed here and not in `cutouts`. */
	readonly cutoutsDropped: readonly CutoutKind[];
	/** Of every model, in the order of models and labels: the newest number, or why there is none. */
	readonly scores: readonly ShownScore[];
	readonly provenance: {
		readonly source: string;
		readonly partition: string;
		readonly sourceOffset: string;
		readonly writer: string;
		readonly number: string;
		readonly receivedAt: string;
		readonly knownAt: string;
		readonly watermark: Readonly<Record<string, string>>;
	};
}

/** A light curve reduced to what a sparkline draws. */
export interface Sparkline {
	readonly survey: string;
	readonly objectId: string;
	readonly points: readonly Pick<ShownPoint, 'kind' | 'band' | 'mjd' | 'mag' | 'limitMag' | 'positive'>[];
}

/** An object that is new in a night and why it stands where it does. */
export interface TonightPick {
	readonly object: ObjectSummary;
	/** One or two plain sentences made from numbers: "Rising 0.31 mag/d in r; last limit 20.6 only 0.9 d before." */
	readonly why: string;
	readonly riseMagPerDay: number | null;
	readonly sparkline: Sparkline;
}

/** One night of one survey in the reader's scope. */
export interface NightCount {
	readonly survey: string;
	readonly night: string;
	readonly alerts: number;
	readonly objects?: number;
	readonly closed: boolean;
}

/** Why a night was closed. */
export type CloseReason = 'sourceEnded' | 'idle' | 'operator';

/** What became of the records of a night of a survey by one source, of a topic by partition (design rule 10). */
export interface NightCompleteness {
	/** Null for what a source had besides: records of other nights or origins, or of none that is known. */
	readonly night: string | null;
	readonly survey: string;
	readonly source: string;
	/** '' and null where the source is no topic. */
	readonly topic: string;
	readonly partition: number | null;
	readonly received: number;
	readonly stored: number;
	readonly duplicates: number;
	readonly deadLetters: number;
	/** Offsets of which nothing came; null where they cannot be told by night, or do not follow one another. */
	readonly missing: number | null;
	/** How the night was closed; null while it is open. */
	readonly closed: CloseReason | null;
	/** `unknown`: closed, but offsets of the partition are missing and nothing says of which night. */
	readonly state: 'complete' | 'open' | 'gaps' | 'unknown';
}

/** Counts in bins of time over a night, for the scrubber. */
export interface NightHistogram {
	readonly survey: string;
	/** MJD TAI of the left edge of the first bin, and width of a bin in days. */
	readonly startMjd: number;
	readonly binDays: number;
	readonly counts: readonly number[];
}

/** All that the Tonight page shows before anything live arrives. */
export interface Tonight {
	readonly origin: Origin;
	/** Newest night with alerts in scope; null when the store is empty. */
	readonly night: string | null;
	readonly counts: readonly NightCount[];
	readonly histograms: readonly NightHistogram[];
	readonly newest: readonly AlertRow[];
	readonly picks: readonly TonightPick[];
	readonly pastNights: readonly NightCount[];
	/** From mid-exposure to known, of the newest alerts that arrived live (alert/arrival.ts); null where none did, and for past nights. */
	readonly delay: {
		readonly medianSeconds: number | null;
		readonly p95Seconds: number | null;
		/** From receipt to known, median of the same alerts. */
		readonly receivedMedianSeconds: number | null;
	};
	/** Records set aside, of every night; null = the operator's to know. */
	readonly deadLetters: number | null;
	/** Share in [0, 1] of the records received, of every night, that ended stored, as a duplicate or set aside; null = the operator's to know, or nothing received. */
	readonly complete: number | null;
	/** Opaque cursor for `/api/v1/stream`. */
	readonly cursor: string;
}

/** One page of a search: rows, exact total in scope, opaque cursor to the next page (null at the end). */
export interface Page<Row> {
	readonly rows: readonly Row[];
	readonly total: number;
	readonly nextCursor: string | null;
	readonly elapsedMs: number;
	readonly rowsRead: number;
}

/** Columns that sky maps and searches can be sorted by. */
export type SortKey = 'mjd' | 'mag' | 'reliability' | 'nDetections' | 'age' | 'ra' | 'dec' | 'sep';

/** A column of the field catalogue or a score that a search is sorted by, as `more` names it: of the alert that a row tells of. */
export interface AddedSort {
	readonly column: string;
}

/** What `/search` and `/api/v1/{alerts,objects}` understand; all optional parts combine with AND. */
export interface SearchQuery extends Readonly<Partial<Record<SearchFlag | SearchTrend, boolean>>> {
	readonly kind: 'objects' | 'alerts';
	readonly survey?: string;
	readonly objectId?: string;
	readonly alertId?: bigint;
	readonly cone?: { readonly ra: number; readonly dec: number; readonly radiusArcsec: number };
	/** ICRS degrees, edges included; raMin > raMax goes over 0 h. */
	readonly box?: { readonly raMin: number; readonly raMax: number; readonly decMin: number; readonly decMax: number };
	/** Corners of a polygon with great-circle sides, ICRS degrees, all within 80 degrees of their middle. */
	readonly polygon?: readonly { readonly ra: number; readonly dec: number }[];
	/** HEALPix pixels (nested) of an order: what a map's view holds. */
	readonly cover?: { readonly order: number; readonly pixels: readonly number[] };
	/** Inclusive nights, YYYY-MM-DD. */
	readonly nightFrom?: string;
	readonly nightTo?: string;
	readonly mjdFrom?: number;
	readonly mjdTo?: number;
	readonly magMin?: number;
	readonly magMax?: number;
	readonly band?: string;
	readonly reliabilityMin?: number;
	readonly reliabilityMax?: number;
	readonly nDetectionsMin?: number;
	readonly nDetectionsMax?: number;
	readonly ageMin?: number;
	readonly ageMax?: number;
	readonly class?: readonly string[];
	/** Id of a list that somebody keeps, and the objects that it stands for. */
	readonly list?: string;
	readonly members?: readonly { readonly survey: string; readonly objectId: string }[];
	/** A filter as it was asked for, and its id where the reader may see it: only alerts that passed it. */
	readonly filter?: string;
	readonly passed?: string;
	/** Spellings of the name of one body of the solar system, one of which the alert carries. */
	readonly ssoNames?: readonly string[];
	readonly sort: SortKey | AddedSort;
	readonly descending: boolean;
	readonly limit: number;
	readonly cursor?: string;
}

/** A known object near a position. */
export interface Neighbour {
	readonly object: ObjectSummary;
	readonly sepArcsec: number;
	/** Position angle from the place to the neighbour, degrees east of north. */
	readonly paDeg: number;
}

/** What `/status` and `/api/v1/status` tell everyone. */
export interface Status {
	readonly version: string;
	readonly origin: Origin;
	readonly store: { readonly version: string; readonly schema: number; readonly uptimeSeconds: number | null };
	readonly writers: readonly {
		readonly writer: string;
		readonly number: string;
		readonly publishedAt: string;
		readonly alertsLastMinute: number;
		readonly unfinishedBatch: boolean;
	}[];
	/** What went through each stage in the last minute, by the batches that were published in it; null where it is not known to the reader. */
	readonly rates: readonly {
		/** Published: messages that output topics took; null also where there are none. */
		readonly stage: 'received' | 'decoded' | 'enriched' | 'stored' | 'published';
		readonly lastMinute: number | null;
		readonly perSecond: number | null;
	}[];
	readonly nights: readonly NightCount[];
	/** Of the newest nights, seven at most, newest first. */
	readonly nightCompleteness: readonly NightCompleteness[];
	readonly delays: readonly {
		readonly survey: string;
		/** Received; known, when readers can see it; published, when output topics have it. The last one is the whole way. */
		readonly stage: 'exposure to received' | 'received to known' | 'known to published' | 'exposure to known';
		/** Seconds, of alerts that arrived live; null where none did. */
		readonly p50: number | null;
		readonly p95: number | null;
		readonly p99: number | null;
		/** Alerts of the newest batches: those that arrived live (and were published, in that stage), and all. */
		readonly live: number;
		readonly alerts: number;
	}[];
	readonly completeness: readonly {
		readonly source: string;
		readonly received: number;
		readonly stored: number;
		readonly duplicates: number;
		readonly deadLetters: number;
		readonly redelivered: number;
		readonly complete: boolean;
	}[];
	/** Workers that follow topics; counts since `startedAt`. */
	readonly workers: readonly {
		readonly writer: string;
		readonly at: string;
		readonly startedAt: string;
		/** Whether it has said nothing for longer than it would. */
		readonly silent: boolean;
		readonly received: number;
		readonly stored: number;
		readonly duplicates: number;
		readonly deadLetters: number;
		readonly redelivered: number;
		/** Received a second, over the last minute; null before there are two reports. */
		readonly perSecond: number | null;
		/** Messages that wait in the broker. */
		readonly lag: number;
		readonly topics: readonly { readonly topic: string; readonly lag: number }[];
		/** Messages that the broker had dropped before they were read. */
		readonly lost: number;
		readonly rebalances: number;
		/** Messages sent to output topics, those of them that may have been sent before, and alerts withheld because their programme is not public. */
		readonly sent: number;
		readonly sentAgain: number;
		readonly withheld: number;
		/** What keeps output topics from taking alerts now; '' for nothing. */
		readonly trouble: string;
		/** What keeps messages from being read now; '' for nothing. */
		readonly readTrouble: string;
		/** Whether it was asked to end and did. */
		readonly ended: boolean;
	}[];
	/** Messages of each partition of topics, the newest first. */
	readonly partitions: readonly {
		readonly topic: string;
		readonly partition: number;
		readonly lastOffset: string;
		readonly lastAt: string;
		readonly received: number;
		readonly stored: number;
		readonly duplicates: number;
		readonly deadLetters: number;
		readonly redelivered: number;
		readonly complete: boolean;
	}[];
	/** Records set aside that were not stored since. */
	readonly deadLetters: readonly { readonly kind: string; readonly count: number }[];
	readonly tables: readonly {
		readonly table: string;
		readonly rows: number;
		readonly bytes: number;
		readonly parts: number;
	}[];
}

/** What became of matching an object with one catalogue, and what was found, nearest first. */
export interface CatalogCrossmatch {
	readonly catalog: string;
	/** '' for a catalogue that is not loaded. */
	readonly release: string;
	readonly state: 'matched' | 'none' | 'notDone';
	/** Why it was not done; '' otherwise. */
	readonly reason: string;
	/** Greatest radius that was looked in, arcsec. */
	readonly radiusArcsec: number;
	/** ISO 8601 UTC; null where nothing was tried. */
	readonly knownAt: string | null;
	/** False when the catalogue was taken out since. */
	readonly loaded: boolean;
	readonly matches: readonly ObjectMatch[];
}

/** A source of a catalogue near an object; absent numbers are null. */
export interface ObjectMatch {
	readonly sourceId: string;
	readonly sepArcsec: number;
	/** ICRS degrees. */
	readonly ra: number;
	readonly dec: number;
	readonly mag: number | null;
	readonly redshift: number | null;
	/** The catalogue's other columns by name. */
	readonly columns: Readonly<Record<string, number | string>>;
}

/** An object of another survey at the same place. */
export interface ObjectAssociation {
	readonly survey: string;
	readonly objectId: string;
	readonly sepArcsec: number;
	/** ISO 8601 UTC. */
	readonly knownAt: string;
}
