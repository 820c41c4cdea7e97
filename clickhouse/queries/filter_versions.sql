-- Purpose: the versions of one filter, oldest first.
-- Parameters: filterId.
-- Columns: as FilterVersion; environment (JSON); grants; created_at.
SELECT version, toString(kind) AS kind, text, language_version AS languageVersion, environment, blocks, grants, changelog,
  author_id AS authorId, must_pass AS mustPass, must_fail AS mustFail, created_at AS createdAt
FROM filter_versions
WHERE filter_id = {filterId:UUID}
ORDER BY version, created_at
LIMIT 1 BY version
