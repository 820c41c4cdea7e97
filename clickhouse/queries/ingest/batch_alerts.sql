-- Alerts of one batch, of all surveys.
-- writer, number: the batch
SELECT DISTINCT survey, alert_id AS alertId FROM alerts WHERE writer = {writer:String} AND number = {number:UInt64}
ORDER BY survey, alert_id
