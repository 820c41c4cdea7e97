/** Routes of the API that take a POST because the question is long, and change nothing. */
const QUESTIONS = /^\/api\/v1\/(?:crossmatch|filters\/(?:check|funnel|found|efficiency|examples|why))$/;

/** Whether a request only reads: the scope that a token needs for it. */
export function isRead(method: string, route: string | null): boolean {
	return /^(?:GET|HEAD|OPTIONS)$/.test(method) || (method === 'POST' && route !== null && QUESTIONS.test(route));
}
