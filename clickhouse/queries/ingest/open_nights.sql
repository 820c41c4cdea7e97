-- Recent nights that a writer has stored alerts of, that are not closed, and to which nothing came for a while.
-- writer: slot; since: first night looked at; quiet_since: the newest alert must be older
SELECT survey, toString(origin) AS origin, toUInt16(night) AS night
FROM alerts
WHERE night >= {since:Date} AND writer = {writer:String}
  AND (survey, toString(origin), night) NOT IN (SELECT survey, toString(origin), night FROM nights WHERE night >= {since:Date})
GROUP BY survey, origin, night
HAVING max(known_at) < {quiet_since:DateTime64(3, 'UTC')}
