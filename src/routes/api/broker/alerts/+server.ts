import { brokerRoute, listAlerts } from '#lib/server/broker/broker.ts';

/** Alerts of an object (`objectId`) or place (`ra`, `dec` in degrees, `radius` in arcsec), as SkyPortal's generic provider asks. */
export const GET = brokerRoute((event) => listAlerts(event, { objectId: 'objectId', radius: 'radius' }, null));
