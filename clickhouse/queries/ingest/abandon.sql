-- Removes what a batch that is given up left behind; alerts of it that are visible already keep what belongs to them.
-- writer, number: the batch
ALTER TABLE photometry DELETE WHERE writer = {writer:String} AND number = {number:UInt64}
  AND (survey, alert_id) NOT IN (SELECT survey, alert_id FROM alerts WHERE writer = {writer:String} AND number = {number:UInt64});
ALTER TABLE cutouts DELETE WHERE writer = {writer:String} AND number = {number:UInt64}
  AND (survey, alert_id) NOT IN (SELECT survey, alert_id FROM alerts WHERE writer = {writer:String} AND number = {number:UInt64});
ALTER TABLE scores DELETE WHERE writer = {writer:String} AND number = {number:UInt64}
  AND (survey, alert_id) NOT IN (SELECT survey, alert_id FROM alerts WHERE writer = {writer:String} AND number = {number:UInt64});
ALTER TABLE crossmatches DELETE WHERE writer = {writer:String} AND number = {number:UInt64}
  AND (survey, alert_id) NOT IN (SELECT survey, alert_id FROM alerts WHERE writer = {writer:String} AND number = {number:UInt64});
ALTER TABLE crossmatch_runs DELETE WHERE writer = {writer:String} AND number = {number:UInt64}
  AND (survey, alert_id) NOT IN (SELECT survey, alert_id FROM alerts WHERE writer = {writer:String} AND number = {number:UInt64});
ALTER TABLE associations DELETE WHERE writer = {writer:String} AND number = {number:UInt64}
  AND (survey, alert_id) NOT IN (SELECT survey, alert_id FROM alerts WHERE writer = {writer:String} AND number = {number:UInt64});
ALTER TABLE filter_hits DELETE WHERE writer = {writer:String} AND number = {number:UInt64}
  AND (survey, alert_id) NOT IN (SELECT survey, alert_id FROM alerts WHERE writer = {writer:String} AND number = {number:UInt64});
ALTER TABLE alert_features DELETE WHERE writer = {writer:String} AND number = {number:UInt64};
ALTER TABLE dead_letters DELETE WHERE writer = {writer:String} AND number = {number:UInt64};
ALTER TABLE replays DELETE WHERE writer = {writer:String} AND number = {number:UInt64};
ALTER TABLE deliveries DELETE WHERE writer = {writer:String} AND number = {number:UInt64}
