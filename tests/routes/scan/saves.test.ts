import { describe, expect, it } from 'vitest';
import { Saves } from '../../../src/routes/scan/saves.svelte.ts';

const target = { survey: 'ztf', objectId: 'ZTF26aaaaaaa' };
const answer = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status });
const saved = { link: '1', marshal: 'Fritz', groups: ['Rapid'], problem: null, warning: null };

/** A desk whose marshals answer in turn. */
function savesWith(answers: Response[]): { saves: Saves; sent: FormData[] } {
	const sent: FormData[] = [];
	const send = (_: unknown, init?: RequestInit): Promise<Response> => {
		sent.push(init?.body as FormData);
		const next = answers.shift();
		return next === undefined ? Promise.reject(new TypeError('away')) : Promise.resolve(next);
	};
	return { saves: new Saves(send, () => '/account/marshals/send'), sent };
}

describe('saves of a scan', () => {
	it('ask for a group where none is chosen, and go when one is', async () => {
		const { saves, sent } = savesWith([answer({ detail: 'No group is chosen.' }, 409), answer({ sent: [saved] })]);
		await saves.save(target, 'rising');
		expect(saves.failed).toEqual({ count: 1, words: 'no group is chosen that one key saves to.', choose: true });
		await saves.again();
		expect(saves.failed).toEqual({ count: 0, words: '', choose: false });
		expect(saves.of(target)?.words).toBe('ZTF26aaaaaaa is saved on Fritz: Rapid.');
		expect(sent.map((body) => body.get('text'))).toEqual(['rising', 'rising']);
	});

	it('go again only to the marshal that failed, and say why', async () => {
		const refused = { ...saved, link: '2', marshal: 'Other', problem: 'It is shut.' };
		const { saves, sent } = savesWith([answer({ sent: [saved, refused] })]);
		await saves.save(target, '');
		expect(saves.failed).toEqual({ count: 1, words: 'ZTF26aaaaaaa on Other: It is shut.', choose: false });
		await saves.again();
		expect(sent[1]?.getAll('link')).toEqual(['2']);
		expect(saves.failed.words).toContain('does not answer');
	});
});
