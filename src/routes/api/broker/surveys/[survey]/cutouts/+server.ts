import { brokerRoute, brokerSurvey, cutoutsOf } from '#lib/server/broker/broker.ts';

/** The three cutouts of an alert (`candid`). */
export const GET = brokerRoute((event) => cutoutsOf(event, brokerSurvey(event)));
