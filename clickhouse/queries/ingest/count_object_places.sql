-- Objects, each programme apart.
SELECT uniqExact(survey, object_id, origin, programme) AS objects FROM objects
