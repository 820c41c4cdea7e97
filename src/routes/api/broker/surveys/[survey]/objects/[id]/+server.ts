import { brokerRoute, brokerSurvey, objectOfPath } from '#lib/server/broker/broker.ts';

/** An object of a survey with its light curve. */
export const GET = brokerRoute((event) => objectOfPath(event, brokerSurvey(event)));
