-- Removes the simulation's rows before a night.
-- night: first night kept; mjd: its start, TAI
ALTER TABLE alerts DELETE WHERE origin = 'simulated' AND night < {night:Date};
ALTER TABLE nightly DELETE WHERE origin = 'simulated' AND night < {night:Date};
ALTER TABLE scores DELETE WHERE origin = 'simulated' AND night < {night:Date};
ALTER TABLE alert_features DELETE WHERE origin = 'simulated' AND night < {night:Date};
ALTER TABLE photometry DELETE WHERE origin = 'simulated' AND mjd < {mjd:Float64};
ALTER TABLE objects DELETE WHERE origin = 'simulated' AND last_mjd < {mjd:Float64};
ALTER TABLE truth DELETE WHERE origin = 'simulated' AND mjd < {mjd:Float64};
ALTER TABLE crossmatches DELETE WHERE origin = 'simulated' AND (survey, object_id) NOT IN (SELECT survey, object_id FROM objects WHERE origin = 'simulated');
ALTER TABLE crossmatch_runs DELETE WHERE origin = 'simulated' AND (survey, object_id) NOT IN (SELECT survey, object_id FROM objects WHERE origin = 'simulated');
ALTER TABLE associations DELETE WHERE origin = 'simulated' AND (survey, object_id) NOT IN (SELECT survey, object_id FROM objects WHERE origin = 'simulated')
