import { brokerRoute, objectOfPath } from '#lib/server/broker/broker.ts';

/** An object, by its id or that of one of its alerts, with the light curve that SkyPortal saves. */
export const GET = brokerRoute((event) => objectOfPath(event, null));
