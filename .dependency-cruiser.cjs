// Who may import whom: the flow source -> decode -> normalise -> enrich -> filter -> store -> publish, and store -> api -> portal.
// A folder may import itself and what its line names; docs/architecture.md says why.

// what the framework makes, and the version in package.json
const TYPES = ['^node_modules/', '^node:', '^\\$app/', '^\\$env/', '^\\./\\$types', '^package\\.json$'];
const ASTRO = '^src/lib/astro/';
const ALERT = '^src/lib/alert/';
const FORMAT = '^src/lib/format/';
const FILTER = '^src/lib/filter/';
const CLICKHOUSE = '^clickhouse/(?!embedded/)';
const CONFIG = '^server/config\\.ts$';

/** Folder (a pattern) -> what of ours it may import besides itself. */
const MAY_IMPORT = [
	['src-astro', ASTRO, []],
	['src-alert', ALERT, [ASTRO]],
	['src-filter', FILTER, [ASTRO, ALERT]],
	['src-format', FORMAT, [ASTRO]],
	// messages to programs on the reader's machine
	['src-samp', '^src/lib/samp/', []],
	['src-components', '^src/lib/(components|look)/', [ASTRO, ALERT, FILTER, FORMAT, '^src/lib/(components|look)/']],
	// the configuration comes as an argument: only its type (see config-only-at-entry-points)
	[
		'src-server',
		'^src/lib/server/',
		// manifests of the models are read where the worker reads them, without the networks; one glossary for the portal and the repository
		[ASTRO, ALERT, FILTER, FORMAT, CLICKHOUSE, CONFIG, '^server/ml/folders\\.ts$', '^docs/glossary\\.md$'],
	],
	['src-routes', '^src/routes/(?!(?:api|scs)/)', ['^src/lib/', '^src/[^/]+\\.css$']],
	// the public API gives the store's answers as they are
	['src-api', '^src/routes/(?:api|scs)/', ['^src/lib/', '^clickhouse/(read/|store\\.ts)']],
	['src-hooks', '^src/hooks\\.(server|client)\\.ts$', ['^src/lib/', CLICKHOUSE, CONFIG]],
	['server-config', CONFIG, []],
	['ingest-source', '^server/ingest/source/', []],
	['ingest-decode', '^server/ingest/decode/', []],
	['ingest-normalise', '^server/ingest/normalise/', ['^server/ingest/decode/', ASTRO, ALERT]],
	['ingest-enrich', '^server/ingest/enrich/', [ASTRO, ALERT]],
	[
		'ingest-filter-store',
		'^server/ingest/(filter|store)/',
		// with the flow: a batch is made of what source, decode and enrich gave
		[
			'^server/ingest/source/source\\.ts$',
			'^server/ingest/decode/',
			'^server/ingest/enrich/',
			ASTRO,
			ALERT,
			FILTER,
			CLICKHOUSE,
		],
	],
	[
		'ingest-publish',
		'^server/ingest/publish/',
		// the same client of a broker as the source's; the schemas are served as they are
		['^server/ingest/source/kafka/(client|settings|codecs)\\.ts$', '^static/schemas/', ASTRO, ALERT, FILTER],
	],
	[
		'ingest-pipeline',
		'^server/ingest/[^/]+\\.ts$',
		['^server/ingest/', '^server/ml/index\\.ts$', CLICKHOUSE, ASTRO, ALERT, FILTER, CONFIG],
	],
	['ml', '^server/ml/', [ASTRO, ALERT, FORMAT, CLICKHOUSE]],
	['simulate', '^server/simulate/', ['^server/ingest/source/source\\.ts$', ASTRO, ALERT, FORMAT]],
	[
		'catalog',
		'^server/catalog/',
		// re-matching is the stage of the ingest over history; the simulator gives its own hosts and stars
		[
			'^server/ingest/(store|enrich)/crossmatch',
			'^server/simulate/(index|version)\\.ts$',
			CLICKHOUSE,
			ASTRO,
			ALERT,
			FORMAT,
		],
	],
	['convert', '^server/convert/', ['^server/ingest/(decode|source)/', ALERT, FORMAT]],
	['embedded', '^clickhouse/embedded/', []],
	['clickhouse', CLICKHOUSE, [ASTRO, ALERT, FILTER]],
	['cli', '^server/cli/', ['^server/', '^clickhouse/', '^src/lib/(?!components/)']],
];

const only = ([name, from, to]) => ({
	name: `only-${name}`,
	severity: 'error',
	comment: `${from} imports what it may not; see the table in docs/architecture.md.`,
	from: { path: from },
	to: { pathNot: [from, ...to, ...TYPES], dependencyTypesNot: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer'] },
});

module.exports = {
	forbidden: [
		...MAY_IMPORT.map(only),
		{
			name: 'no-circular',
			severity: 'error',
			comment: 'Two files that need each other are one idea, or a third; types alone may be mutual.',
			// a form holds groups within groups
			from: { pathNot: '^src/lib/components/filter/Form(Block|Group|Node)\\.svelte$' },
			to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
		},
		{
			name: 'not-unresolved',
			severity: 'error',
			from: {},
			to: { couldNotResolve: true, pathNot: ['^\\$app/', '^\\$env/', '^\\./\\$types(\\.js)?$', '^virtual:'] },
		},
		{
			name: 'no-server-in-browser',
			severity: 'error',
			comment: 'What a page loads must not reach the store, the pipeline or chDB.',
			from: {
				path: '^src/',
				pathNot: ['^src/lib/server/', '\\.server\\.ts$', '^src/hooks\\.server\\.ts$', '\\+server\\.ts$'],
			},
			to: { path: ['^server/', '^clickhouse/', '^src/lib/server/'], dependencyTypesNot: ['type-only'] },
		},
		{
			name: 'no-chdb-outside-embedded',
			severity: 'error',
			comment: 'One process owns the data folder; all others speak HTTP.',
			from: { pathNot: ['^clickhouse/embedded/', '^tests/clickhouse/embedded/'] },
			to: { path: 'node_modules/chdb' },
		},
		{
			name: 'config-only-at-entry-points',
			severity: 'error',
			comment: 'The environment is read once and passed down.',
			from: {
				path: '^(src|server|clickhouse)/',
				pathNot: [
					'^server/cli/',
					'^server/[^/]+/worker\\.ts$',
					'^server/deliver/main\\.ts$',
					'^src/hooks\\.server\\.ts$',
					CONFIG,
				],
			},
			to: { path: CONFIG, dependencyTypesNot: ['type-only'] },
		},
		{
			name: 'no-dev-dependency-at-run-time',
			severity: 'error',
			comment: 'The command runs with production dependencies alone.',
			from: { path: '^(server|clickhouse)/' },
			to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: ['node_modules/@types/'] },
		},
	],
	options: {
		doNotFollow: { path: 'node_modules' },
		exclude: { path: ['^\\.svelte-kit/', '^build/', '^dist/'] },
		tsPreCompilationDeps: true,
		tsConfig: { fileName: 'tsconfig.json' },
		enhancedResolveOptions: {
			exportsFields: ['exports'],
			conditionNames: ['import', 'svelte', 'browser', 'node', 'default', 'types'],
			extensions: ['.ts', '.js', '.mjs', '.svelte', '.json'],
		},
	},
};
