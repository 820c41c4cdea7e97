-- Rows derived from alerts: appended with the time they became known and the version of what made them, never overwritten (rule 6).

{table scores cityHash64(object_id)} (
  survey LowCardinality(String),
  object_id String,
  alert_id UInt64,
  programme LowCardinality(String),
  origin Enum8('real' = 1, 'test' = 2, 'simulated' = 3),
  night Date,
  model LowCardinality(String),
  version LowCardinality(String),
  label LowCardinality(String),
  -- NaN with state notDone: the model was missing or failed and rescore will fill it in
  score Float32 CODEC(ZSTD(1)),
  state Enum8('done' = 1, 'notDone' = 2),
  reason LowCardinality(String) DEFAULT '',
  writer LowCardinality(String),
  number UInt64,
  known_at DateTime64(3, 'UTC')
) ENGINE = {engine MergeTree}
PARTITION BY (origin, toYYYYMM(night))
ORDER BY (survey, object_id, alert_id, model, label, version)
SETTINGS index_granularity = 1024, {dedup};

-- features computed again with other formulas, beside those of the alert's own row
{table alert_features cityHash64(object_id)} (
  survey LowCardinality(String),
  object_id String,
  alert_id UInt64,
  programme LowCardinality(String),
  origin Enum8('real' = 1, 'test' = 2, 'simulated' = 3),
  night Date,
  -- of the formulas
  version LowCardinality(String),
  code_version LowCardinality(String),
  -- by name; absent ones are left out, truth is 0 or 1
  features Map(LowCardinality(String), Float64) CODEC(ZSTD(1)),
  writer LowCardinality(String),
  number UInt64,
  known_at DateTime64(3, 'UTC')
) ENGINE = {engine MergeTree}
PARTITION BY (origin, toYYYYMM(night))
ORDER BY (survey, alert_id, version)
SETTINGS index_granularity = 1024, {dedup};

{table catalogs cityHash64(catalog)} (
  catalog LowCardinality(String),
  release String,
  origin Enum8('real' = 1, 'test' = 2, 'simulated' = 3),
  description String,
  licence String,
  source_url String,
  -- sources without a redshift match within this radius
  radius_arcsec Float32,
  -- sources with one within so many kpc, and near ones (z < 0.01) within near_radius_arcsec; 0 = the rule is not used
  radius_kpc Float32 DEFAULT 0,
  near_radius_arcsec Float32 DEFAULT 0,
  -- JSON: name, unit, meaning and kind of every column that is kept
  columns String,
  rows UInt64,
  sha256 String,
  added_at DateTime64(3, 'UTC'),
  removed Bool DEFAULT false
) ENGINE = {engine MergeTree}
ORDER BY (catalog, added_at)
SETTINGS {dedup};

{table catalog_sources intDiv(hpx29, 281474976710656)} (
  catalog LowCardinality(String),
  release LowCardinality(String),
  origin Enum8('real' = 1, 'test' = 2, 'simulated' = 3),
  hpx29 UInt64 CODEC(ZSTD(1)),
  source_id String CODEC(ZSTD(1)),
  ra Float64 CODEC(Delta(8), ZSTD(1)),
  dec Float64 CODEC(Delta(8), ZSTD(1)),
  mag Float32 DEFAULT nan CODEC(ZSTD(1)),
  redshift Float32 DEFAULT nan CODEC(ZSTD(1)),
  numbers Map(LowCardinality(String), Float64) CODEC(ZSTD(1)),
  texts Map(LowCardinality(String), String) CODEC(ZSTD(1))
) ENGINE = {engine MergeTree}
PARTITION BY (catalog, release)
ORDER BY hpx29
SETTINGS index_granularity = 1024, {dedup};

{table crossmatches cityHash64(object_id)} (
  survey LowCardinality(String),
  object_id String,
  alert_id UInt64,
  programme LowCardinality(String),
  origin Enum8('real' = 1, 'test' = 2, 'simulated' = 3),
  catalog LowCardinality(String),
  release LowCardinality(String),
  source_id String CODEC(ZSTD(1)),
  rank UInt16,
  sep_arcsec Float32,
  ra Float64,
  dec Float64,
  mag Float32 DEFAULT nan,
  redshift Float32 DEFAULT nan,
  numbers Map(LowCardinality(String), Float64) CODEC(ZSTD(1)),
  texts Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  writer LowCardinality(String),
  number UInt64,
  known_at DateTime64(3, 'UTC')
) ENGINE = {engine MergeTree}
PARTITION BY origin
ORDER BY (survey, object_id, catalog, known_at, sep_arcsec)
SETTINGS index_granularity = 1024, {dedup};

-- each attempt: matched, none, or not done, against which release. alert_id 0: a re-match of the object at its newest position.
{table crossmatch_runs cityHash64(object_id)} (
  survey LowCardinality(String),
  object_id String CODEC(ZSTD(1)),
  alert_id UInt64 CODEC(ZSTD(1)),
  programme LowCardinality(String),
  origin Enum8('real' = 1, 'test' = 2, 'simulated' = 3),
  catalog LowCardinality(String),
  release LowCardinality(String),
  state Enum8('matched' = 1, 'none' = 2, 'notDone' = 3),
  n_matches UInt16 CODEC(ZSTD(1)),
  radius_arcsec Float32 CODEC(ZSTD(1)),
  reason LowCardinality(String) DEFAULT '',
  writer LowCardinality(String),
  number UInt64 CODEC(ZSTD(1)),
  known_at DateTime64(3, 'UTC') CODEC(ZSTD(1))
) ENGINE = {engine MergeTree}
PARTITION BY origin
ORDER BY (survey, object_id, catalog, known_at)
SETTINGS index_granularity = 1024, {dedup};

-- objects of two surveys at one place, both directions, all candidates with their rank
{table associations cityHash64(object_id)} (
  survey LowCardinality(String),
  object_id String,
  other_survey LowCardinality(String),
  other_object_id String,
  programme LowCardinality(String),
  other_programme LowCardinality(String),
  origin Enum8('real' = 1, 'test' = 2, 'simulated' = 3),
  sep_arcsec Float32,
  rank UInt16,
  alert_id UInt64,
  code_version LowCardinality(String),
  writer LowCardinality(String),
  number UInt64,
  known_at DateTime64(3, 'UTC')
) ENGINE = {engine MergeTree}
PARTITION BY origin
ORDER BY (survey, object_id, other_survey, known_at, sep_arcsec)
SETTINGS index_granularity = 1024, {dedup};

-- what a filter is called and who may see it; the newest row of an id counts
{table filters cityHash64(filter_id)} (
  filter_id UUID,
  name String,
  -- Kafka topic without prefix and origin; '' = none
  topic String,
  meaning String,
  -- id of the account, local, or system
  owner_id String,
  visibility Enum8('private' = 1, 'group' = 2, 'public' = 3),
  group_id String,
  -- made to be imported by others
  block Bool,
  -- id@version of the filter that it was made from, '' = none
  forked_from String,
  changed_at DateTime64(3, 'UTC')
) ENGINE = {engine ReplacingMergeTree(changed_at)}
ORDER BY filter_id
SETTINGS {dedup};

-- what became of a filter: the newest row is its state, all of them its history
{table filter_states cityHash64(filter_id)} (
  filter_id UUID,
  state Enum8('draft' = 1, 'live' = 2, 'paused' = 3, 'retired' = 4, 'setAside' = 5, 'deleted' = 6),
  -- the version that runs, or ran last; 0 = none yet
  version UInt32,
  -- why: of a filter that was set aside what it did, of another what its owner wrote
  reason String,
  changed_by String,
  -- hits of a night that are expected, NaN = not known
  expected_low Float64,
  expected_high Float64,
  changed_at DateTime64(3, 'UTC')
) ENGINE = {engine MergeTree}
ORDER BY (filter_id, changed_at)
SETTINGS {dedup};

-- immutable; the grants are the scope it runs in (rule 7), copied here so that workers need no accounts database
{table filter_versions cityHash64(filter_id)} (
  filter_id UUID,
  version UInt32,
  kind Enum8('live' = 1, 'afterNight' = 2, 'sampled' = 3),
  text String CODEC(ZSTD(1)),
  language_version LowCardinality(String),
  -- JSON: what its names stood for when it was checked (blocks, areas, lists, columns of catalogues, labels of models)
  environment String CODEC(ZSTD(1)),
  blocks Array(String),
  grants Array(Tuple(survey String, programme String)),
  changelog String,
  author_id String,
  -- alerts as survey:alertId
  must_pass Array(String),
  must_fail Array(String),
  created_at DateTime64(3, 'UTC')
) ENGINE = {engine MergeTree}
ORDER BY (filter_id, version)
SETTINGS {dedup};

{table filter_hits cityHash64(object_id)} (
  filter_id UUID,
  version UInt32,
  survey LowCardinality(String),
  night Date,
  alert_id UInt64,
  object_id String,
  programme LowCardinality(String),
  origin Enum8('real' = 1, 'test' = 2, 'simulated' = 3),
  hpx29 UInt64,
  mjd Float64,
  -- place among the hits of its night where the filter orders them, else 0
  place UInt32,
  -- annotations by name; absent ones are left out
  numbers Map(LowCardinality(String), Float64),
  texts Map(LowCardinality(String), String),
  truths Map(LowCardinality(String), Bool),
  writer LowCardinality(String),
  number UInt64,
  known_at DateTime64(3, 'UTC')
) ENGINE = {engine MergeTree}
PARTITION BY (origin, toYYYYMM(night))
ORDER BY (filter_id, night, survey, alert_id, version)
SETTINGS index_granularity = 1024, {dedup};

-- nights that a filter which runs after the night has been run on
{table filter_runs cityHash64(filter_id)} (
  filter_id UUID,
  version UInt32,
  survey LowCardinality(String),
  origin Enum8('real' = 1, 'test' = 2, 'simulated' = 3),
  night Date,
  hits UInt32,
  elapsed_ms Float64,
  -- '' = done
  reason String,
  writer LowCardinality(String),
  number UInt64,
  known_at DateTime64(3, 'UTC')
) ENGINE = {engine MergeTree}
ORDER BY (filter_id, night, survey)
SETTINGS {dedup};

-- what filters cost the workers: sums since the row before
{table filter_costs cityHash64(filter_id)} (
  filter_id UUID,
  version UInt32,
  writer LowCardinality(String),
  at DateTime64(3, 'UTC'),
  batches UInt32,
  alerts UInt64,
  hits UInt64,
  elapsed_ms Float64,
  slowest_ms Float64,
  -- rows and elements looked at
  visited UInt64
) ENGINE = {engine MergeTree}
ORDER BY (filter_id, at)
TTL toDateTime(at) + INTERVAL 30 DAY
SETTINGS {dedup};

-- trials of filters on past nights: one row for each change, the newest of a trial counts; its nights below
{table filter_trials cityHash64(trial_id)} (
  trial_id UUID,
  owner_id String,
  -- zeros where the text was not stored
  filter_id UUID,
  version UInt32,
  text String CODEC(ZSTD(1)),
  -- the scope that it ran in: whoever has lost a part of it does not see the counts any more
  origin Enum8('real' = 1, 'test' = 2, 'simulated' = 3),
  grants Array(Tuple(survey String, programme String)),
  state Enum8('waiting' = 1, 'running' = 2, 'done' = 3, 'cancelled' = 4, 'failed' = 5),
  reason String,
  night_from Date,
  night_to Date,
  survey LowCardinality(String),
  nights UInt32,
  alerts UInt64,
  began_at DateTime64(3, 'UTC'),
  changed_at DateTime64(3, 'UTC')
) ENGINE = {engine MergeTree}
ORDER BY (trial_id, changed_at)
TTL toDateTime(changed_at) + INTERVAL 90 DAY
SETTINGS {dedup};

{table filter_trial_nights cityHash64(trial_id)} (
  trial_id UUID,
  survey LowCardinality(String),
  night Date,
  alerts UInt64,
  hits UInt64,
  objects UInt64,
  -- hits of this version that are on record for the night, and how many of them passed again
  recorded UInt64,
  again UInt64,
  -- newest of the hits
  shown Array(Tuple(alert_id UInt64, object_id String)),
  elapsed_ms Float64,
  at DateTime64(3, 'UTC')
) ENGINE = {engine MergeTree}
ORDER BY (trial_id, night, survey)
TTL toDateTime(at) + INTERVAL 90 DAY
SETTINGS {dedup};

-- the simulator's own truth; never read by filters, features or networks
{table truth cityHash64(object_id)} (
  survey LowCardinality(String),
  alert_id UInt64,
  object_id String,
  sim_id String,
  class LowCardinality(String),
  group LowCardinality(String),
  mjd Float64,
  band LowCardinality(String),
  flux Float32,
  snr Float32,
  parameters String CODEC(ZSTD(1)),
  programme LowCardinality(String),
  origin Enum8('real' = 1, 'test' = 2, 'simulated' = 3) DEFAULT 'simulated',
  writer LowCardinality(String),
  number UInt64,
  known_at DateTime64(3, 'UTC')
) ENGINE = {engine MergeTree}
ORDER BY (survey, alert_id)
SETTINGS index_granularity = 1024, {dedup};
