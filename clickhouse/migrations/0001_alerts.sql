-- Alerts, photometry, objects, cutouts and the log that makes batches exact (design.md section 3).
-- Templates: {table NAME SHARDKEY} = CREATE TABLE head (local + distributed on a cluster), {engine E(args)} = E or ReplicatedE,
-- SHARDKEY never rand(): a repeated insert must meet its token on the same shard. {dedup} = deduplication window setting, {view NAME TO}, {from NAME} = local table in views.
-- Every table that can reveal an alert carries survey, programme, origin, writer, number, known_at.

{table alerts cityHash64(object_id)} (
  survey LowCardinality(String),
  alert_id UInt64 CODEC(Delta(8), Default),
  alert_id_text String DEFAULT '',
  object_id String,
  programme LowCardinality(String),
  origin Enum8('real' = 1, 'test' = 2, 'simulated' = 3),
  schema_version LowCardinality(String),
  night Date,
  mjd Float64 CODEC(Gorilla, Default),
  time_received Float64 CODEC(Gorilla, Default),
  exposure_seconds Float32 DEFAULT nan,
  exposure_assumed Bool DEFAULT false,
  ra Float64 CODEC(Delta(8), Default),
  dec Float64 CODEC(Delta(8), Default),
  hpx29 UInt64,
  galactic_lat Float32,
  galactic_lon Float32 DEFAULT nan,
  ecliptic_lat Float32,
  band LowCardinality(String),
  psf_flux Float32 DEFAULT nan,
  psf_flux_err Float32 DEFAULT nan,
  mag Float32 DEFAULT nan,
  mag_err Float32 DEFAULT nan,
  limit_mag Float32 DEFAULT nan,
  snr Float32 DEFAULT nan,
  positive Nullable(Bool),
  reliability Float32 DEFAULT nan,
  reliability_model LowCardinality(String) DEFAULT '',
  star_score Float32 DEFAULT nan,
  star_sep_arcsec Float32 DEFAULT nan,
  n_detections Nullable(UInt32),
  first_mjd Float64 DEFAULT nan CODEC(Gorilla, Default),
  age Float32 DEFAULT nan,
  sso_name Nullable(String),
  class LowCardinality(String) DEFAULT '',
  class_score Float32 DEFAULT nan,
  class_model LowCardinality(String) DEFAULT '',
  -- version of the formulas of the features, whose columns are added at start; '' with a reason where they were not done
  feature_version LowCardinality(String) DEFAULT '',
  feature_reason LowCardinality(String) DEFAULT '',
  late Bool DEFAULT false,
  -- 32-bit hash of (point identity, values) of every point the packet carried: lets a late packet find its place (rule 1)
  carried Array(UInt32),
  -- where it was read: file or topic, partition, offset of the record in it
  source LowCardinality(String),
  partition String,
  source_offset UInt64 CODEC(Delta(8), Default),
  cutout_chunk UInt32,
  -- bit 1 science, 2 template, 4 difference
  cutout_kinds UInt8,
  received_at DateTime64(3, 'UTC') CODEC(Delta(8), Default),
  writer LowCardinality(String),
  number UInt64 CODEC(Delta(8), Default),
  -- published numbers that the enrichment of this alert read, one per writer (rule 6)
  watermark Map(LowCardinality(String), UInt64),
  known_at DateTime64(3, 'UTC') CODEC(Delta(8), Default),
  -- a replacing engine keeps the greatest: the first known must win
  keep UInt64 DEFAULT 9223372036854775807 - toUnixTimestamp64Milli(known_at),
  PROJECTION by_object (SELECT _part_offset ORDER BY object_id),
  PROJECTION by_alert (SELECT _part_offset ORDER BY alert_id),
  PROJECTION by_batch (SELECT _part_offset ORDER BY writer, number),
  PROJECTION by_night (
    SELECT night, hpx29, survey, programme, origin, alert_id, object_id, mjd, ra, dec, band, mag, mag_err, psf_flux, positive, reliability,
      star_score, n_detections, first_mjd, age, sso_name, class, class_score, writer, number
    ORDER BY night, hpx29
  )
) ENGINE = {engine ReplacingMergeTree(keep)}
PARTITION BY (origin, toYYYYMM(night))
ORDER BY (hpx29, survey, alert_id)
SETTINGS deduplicate_merge_projection_mode = 'rebuild', {dedup};

{table photometry cityHash64(object_id)} (
  survey LowCardinality(String),
  object_id String,
  kind Enum8('detection' = 1, 'upperLimit' = 2, 'forcedPhotometry' = 3),
  source_id UInt64,
  band LowCardinality(String),
  mjd Float64 CODEC(Gorilla, Default),
  time_received Float64 CODEC(Gorilla, Default),
  exposure_assumed Bool,
  -- identity of the point within its object (rule 1) and of its values as received
  point_key UInt64,
  value_hash UInt64,
  ra Float64 DEFAULT nan,
  dec Float64 DEFAULT nan,
  psf_flux Float32 DEFAULT nan,
  psf_flux_err Float32 DEFAULT nan,
  mag Float32 DEFAULT nan,
  mag_err Float32 DEFAULT nan,
  limit_mag Float32 DEFAULT nan,
  positive Nullable(Bool),
  flags LowCardinality(String) DEFAULT '',
  programme LowCardinality(String),
  origin Enum8('real' = 1, 'test' = 2, 'simulated' = 3),
  -- the packet that carried it, and whether the point is that packet's own detection: decides which of several values is shown
  alert_id UInt64,
  alert_mjd Float64 CODEC(Gorilla, Default),
  own Bool,
  writer LowCardinality(String),
  number UInt64,
  known_at DateTime64(3, 'UTC')
) ENGINE = {engine MergeTree}
PARTITION BY origin
ORDER BY (survey, object_id, mjd, point_key)
SETTINGS index_granularity = 1024, {dedup};

{table objects cityHash64(object_id)} (
  survey LowCardinality(String),
  object_id String,
  origin Enum8('real' = 1, 'test' = 2, 'simulated' = 3),
  programme LowCardinality(String),
  last AggregateFunction(argMax, Tuple(
    hpx29 UInt64, ra Float64, dec Float64, band String, mag Float32, mag_err Float32, positive Nullable(Bool), night Date,
    reliability Float32, star_score Float32, sso_name Nullable(String), class String, class_score Float32, class_model String,
    alert_id UInt64),
    Tuple(Float64, UInt64)),
  last_mjd SimpleAggregateFunction(max, Float64),
  first_mjd SimpleAggregateFunction(min, Float64),
  n_detections SimpleAggregateFunction(max, UInt32),
  mag_min SimpleAggregateFunction(min, Float32),
  first_known_at SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
  alerts AggregateFunction(uniqExact, UInt64)
) ENGINE = {engine AggregatingMergeTree}
PARTITION BY origin
ORDER BY (survey, object_id, origin, programme)
-- rows hold states: few of them per granule
SETTINGS index_granularity = 128, {dedup};

{view objects_from_alerts objects} AS
SELECT survey, object_id, origin, programme,
  argMaxState(tuple(hpx29, ra, dec, toString(band), mag, mag_err, positive, night, reliability, star_score, sso_name,
    toString(class), class_score, toString(class_model), alert_id), tuple(mjd, alert_id)) AS last,
  max(mjd) AS last_mjd,
  min(if(isNaN(first_mjd), mjd, least(first_mjd, mjd))) AS first_mjd,
  max(ifNull(n_detections, 0)) AS n_detections,
  min(if(isNaN(mag), toFloat32(inf), mag)) AS mag_min,
  min(known_at) AS first_known_at,
  uniqExactState(alert_id) AS alerts
FROM {from alerts} AS a
GROUP BY survey, object_id, origin, programme;

-- counts per night, exact whatever arrives twice: states of the ids themselves
{table nightly cityHash64(night)} (
  night Date,
  survey LowCardinality(String),
  origin Enum8('real' = 1, 'test' = 2, 'simulated' = 3),
  programme LowCardinality(String),
  class LowCardinality(String),
  hpx6 UInt32,
  alerts AggregateFunction(uniqExact, UInt64)
) ENGINE = {engine AggregatingMergeTree}
PARTITION BY (origin, toYYYYMM(night))
ORDER BY (night, survey, origin, programme, class, hpx6)
SETTINGS index_granularity = 1024, {dedup};

{view nightly_from_alerts nightly} AS
SELECT night, survey, origin, programme, class, toUInt32(bitShiftRight(hpx29, 46)) AS hpx6, uniqExactState(alert_id) AS alerts
FROM {from alerts}
GROUP BY night, survey, origin, programme, class, hpx6;

{table cutouts cityHash64(alert_id)} (
  survey LowCardinality(String),
  alert_id UInt64,
  programme LowCardinality(String),
  origin Enum8('real' = 1, 'test' = 2, 'simulated' = 3),
  night Date,
  chunk UInt32,
  science String CODEC(NONE),
  template String CODEC(NONE),
  difference String CODEC(NONE),
  -- bit 1 science, 2 template, 4 difference: an absent cutout is not an empty one
  kinds UInt8,
  writer LowCardinality(String),
  number UInt64,
  known_at DateTime64(3, 'UTC')
) ENGINE = {engine MergeTree}
PARTITION BY chunk
ORDER BY (survey, alert_id)
-- chunks are dropped whole and read by key: merging large parts would only copy them
SETTINGS index_granularity = 32, index_granularity_bytes = 1048576, min_bytes_for_wide_part = 1073741824,
  max_bytes_to_merge_at_max_space_in_pool = 33554432, {dedup};

-- one row when a batch is opened (with its boundary), one when it is published and, where there are output topics, one when they have it; the log of rule 6
{table ingest_log cityHash64(writer)} (
  writer LowCardinality(String),
  number UInt64,
  state Enum8('opened' = 1, 'published' = 2, 'abandoned' = 3, 'sent' = 4),
  at DateTime64(3, 'UTC'),
  -- JSON: known_at, watermark, cutout chunk, source and the offsets of every partition in the batch
  boundary String CODEC(ZSTD(1)),
  alerts UInt32,
  code_version LowCardinality(String)
) ENGINE = {engine MergeTree}
ORDER BY (writer, number, state)
SETTINGS index_granularity = 1024, {dedup};

{table watermarks cityHash64(writer)} (
  writer LowCardinality(String),
  number SimpleAggregateFunction(max, UInt64),
  at SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
) ENGINE = {engine AggregatingMergeTree}
ORDER BY writer
SETTINGS {dedup};

{view watermarks_from_log watermarks} AS
SELECT writer, max(number) AS number, max(at) AS at FROM {from ingest_log} AS l WHERE state = 'published' GROUP BY writer;

-- how a worker that follows topics stands, every ten seconds: totals since it began, what waits, and delays as cumulative counts
{table worker_status cityHash64(writer)} (
  writer LowCardinality(String),
  at DateTime64(3, 'UTC'),
  started_at DateTime64(3, 'UTC'),
  received UInt64,
  stored UInt64,
  duplicates UInt64,
  dead_letters UInt64,
  redelivered UInt64,
  -- messages that the broker had dropped before they were read, and changes of the group
  lost UInt64,
  rebalances UInt64,
  -- messages sent to output topics, those of them that may have been sent before, and alerts withheld for their programme
  sent UInt64,
  sent_again UInt64,
  withheld UInt64,
  -- what keeps output topics from taking alerts, '' for nothing
  trouble String,
  -- what keeps messages from being read, '' for nothing
  read_trouble String,
  -- the last words of a worker that was asked to end
  ended UInt8,
  -- messages that wait, by topic
  lag Map(LowCardinality(String), UInt64),
  -- alerts by survey/stage/seconds at most, and seconds in all by survey/stage
  delays Map(LowCardinality(String), UInt64),
  delay_seconds Map(LowCardinality(String), Float64)
) ENGINE = {engine MergeTree}
ORDER BY (writer, at)
TTL toDateTime(at) + INTERVAL 14 DAY
SETTINGS index_granularity = 256, {dedup};

-- what became of the offsets of one partition in one batch (rule 10); offsets covered before are redeliveries and not counted again
{table deliveries cityHash64(source, partition)} (
  source LowCardinality(String),
  partition String,
  first_offset UInt64,
  last_offset UInt64,
  received UInt32,
  stored UInt32,
  duplicates UInt32,
  dead_letters UInt32,
  redelivered UInt32,
  writer LowCardinality(String),
  number UInt64,
  known_at DateTime64(3, 'UTC')
) ENGINE = {engine MergeTree}
ORDER BY (source, partition, first_offset)
SETTINGS index_granularity = 1024, {dedup};

{table dead_letters cityHash64(source, partition)} (
  source LowCardinality(String),
  partition String,
  source_offset UInt64,
  -- file or archive member the record came from
  member String,
  kind Enum8('unreadable' = 1, 'unknownSurvey' = 2, 'invalid' = 3, 'conflict' = 4, 'refused' = 5, 'tooLarge' = 6),
  reason String CODEC(ZSTD(1)),
  survey LowCardinality(String) DEFAULT '',
  alert_id UInt64 DEFAULT 0,
  size UInt64,
  sha256 FixedString(32),
  bytes String CODEC(ZSTD(1)),
  -- whether bytes is the whole record
  complete Bool,
  programme LowCardinality(String) DEFAULT 'private',
  origin Enum8('real' = 1, 'test' = 2, 'simulated' = 3) DEFAULT 'real',
  writer LowCardinality(String),
  number UInt64,
  known_at DateTime64(3, 'UTC')
) ENGINE = {engine MergeTree}
ORDER BY (known_at, source, partition, source_offset)
SETTINGS index_granularity = 256, {dedup};

-- dead letters whose record was read when it came again at the same place: their offset has ended in another state
{table replays cityHash64(source, partition)} (
  source LowCardinality(String),
  partition String,
  source_offset UInt64,
  outcome Enum8('stored' = 1, 'duplicate' = 2),
  writer LowCardinality(String),
  number UInt64,
  known_at DateTime64(3, 'UTC')
) ENGINE = {engine MergeTree}
ORDER BY (source, partition, source_offset, known_at)
SETTINGS index_granularity = 1024, {dedup};

-- a row closes a night of a survey (rule 3); counts are read from nightly in the reader's scope
{table nights cityHash64(survey)} (
  survey LowCardinality(String),
  night Date,
  origin Enum8('real' = 1, 'test' = 2, 'simulated' = 3),
  reason Enum8('sourceEnded' = 1, 'idle' = 2, 'operator' = 3),
  watermark Map(LowCardinality(String), UInt64),
  closed_at DateTime64(3, 'UTC'),
  writer LowCardinality(String),
  number UInt64
) ENGINE = {engine MergeTree}
ORDER BY (survey, night, closed_at)
SETTINGS {dedup};
