-- Surveys with alerts of each origin: with one alone there is nothing to associate.
SELECT toString(origin) AS origin, groupUniqArray(toString(survey)) AS surveys
FROM nightly
GROUP BY origin
