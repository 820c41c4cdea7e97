-- Recent nights that a writer has stored alerts of, that are not closed, and to which nothing came for a while by any writer.
-- writer: slot; since: first night looked at; quiet_since: the newest alert must be older
SELECT a.survey AS survey, toString(a.origin) AS origin, toUInt16(a.night) AS night
FROM alerts AS a
WHERE a.night >= {since:Date}
  AND (a.survey, a.origin, a.night) NOT IN (SELECT n.survey, n.origin, n.night FROM nights AS n WHERE n.night >= {since:Date})
GROUP BY a.survey, a.origin, a.night
HAVING countIf(a.writer = {writer:String}) > 0 AND max(a.known_at) < {quiet_since:DateTime64(3, 'UTC')}
