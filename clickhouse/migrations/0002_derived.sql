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

{table catalogs cityHash64(catalog)} (
  catalog LowCardinality(String),
  release String,
  origin Enum8('real' = 1, 'test' = 2, 'simulated' = 3),
  description String,
  licence String,
  source_url String,
  radius_arcsec Float32,
  -- JSON: column name, unit, meaning, which hold id, position, magnitude
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
PARTITION BY catalog
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

-- each attempt: matched, none, or not done, against which release
{table crossmatch_runs cityHash64(object_id)} (
  survey LowCardinality(String),
  object_id String,
  alert_id UInt64,
  programme LowCardinality(String),
  origin Enum8('real' = 1, 'test' = 2, 'simulated' = 3),
  catalog LowCardinality(String),
  release LowCardinality(String),
  state Enum8('matched' = 1, 'none' = 2, 'notDone' = 3),
  n_matches UInt16,
  radius_arcsec Float32,
  reason LowCardinality(String) DEFAULT '',
  writer LowCardinality(String),
  number UInt64,
  known_at DateTime64(3, 'UTC')
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

{table filters cityHash64(filter_id)} (
  filter_id UUID,
  name String,
  kind Enum8('live' = 1, 'afterNight' = 2, 'sampled' = 3),
  active_version UInt32,
  state Enum8('draft' = 1, 'live' = 2, 'paused' = 3, 'deleted' = 4),
  changed_at DateTime64(3, 'UTC')
) ENGINE = {engine ReplacingMergeTree(changed_at)}
ORDER BY filter_id
SETTINGS {dedup};

-- immutable; the grants are the scope it runs in (rule 7), copied here so that workers need no accounts database
{table filter_versions cityHash64(filter_id)} (
  filter_id UUID,
  version UInt32,
  text String,
  language_version LowCardinality(String),
  grants Array(Tuple(survey String, programme String)),
  changelog String,
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
  mjd Float64,
  numbers Map(LowCardinality(String), Float64),
  texts Map(LowCardinality(String), String),
  writer LowCardinality(String),
  number UInt64,
  known_at DateTime64(3, 'UTC')
) ENGINE = {engine MergeTree}
PARTITION BY (origin, toYYYYMM(night))
ORDER BY (filter_id, night, survey, alert_id, version)
SETTINGS index_granularity = 1024, {dedup};

{table list_matches cityHash64(object_id)} (
  list_id UUID,
  entry String,
  survey LowCardinality(String),
  alert_id UInt64,
  object_id String,
  programme LowCardinality(String),
  origin Enum8('real' = 1, 'test' = 2, 'simulated' = 3),
  night Date,
  sep_arcsec Float32,
  writer LowCardinality(String),
  number UInt64,
  known_at DateTime64(3, 'UTC')
) ENGINE = {engine MergeTree}
PARTITION BY (origin, toYYYYMM(night))
ORDER BY (list_id, night, survey, alert_id)
SETTINGS index_granularity = 1024, {dedup};

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
  origin Enum8('real' = 1, 'test' = 2, 'simulated' = 3) DEFAULT 'simulated',
  writer LowCardinality(String),
  number UInt64,
  known_at DateTime64(3, 'UTC')
) ENGINE = {engine MergeTree}
ORDER BY (survey, alert_id)
SETTINGS index_granularity = 1024, {dedup};
