import { brokerRoute, brokerSurvey, listAlerts } from '#lib/server/broker/broker.ts';

/** Alerts of a survey by object or place, as SkyPortal's provider for Babamul asks. */
export const GET = brokerRoute((event) =>
	listAlerts(event, { objectId: 'object_id', radius: 'radius_arcsec' }, brokerSurvey(event)),
);
