-- Filters of one owner with the numbers of their versions and what they do.
-- ownerId: id of the account, local, or system
SELECT toString(f.filter_id) AS id, toString(s.state) AS state, v.versions AS versions
FROM (SELECT * FROM filters ORDER BY changed_at DESC LIMIT 1 BY filter_id) AS f
INNER JOIN (SELECT * FROM filter_states ORDER BY changed_at DESC LIMIT 1 BY filter_id) AS s ON s.filter_id = f.filter_id
INNER JOIN (SELECT filter_id, groupUniqArray(version) AS versions FROM filter_versions GROUP BY filter_id) AS v ON v.filter_id = f.filter_id
WHERE f.owner_id = {ownerId:String}
