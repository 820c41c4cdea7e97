-- Newest published number of every writer (rule 6).
SELECT writer, max(number) AS number FROM watermarks GROUP BY writer
