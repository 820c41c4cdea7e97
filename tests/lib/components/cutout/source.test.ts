import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Picture } from '#lib/components/cutout/decode.ts';
import { cutoutSource, NOT_AVAILABLE, NOT_SENT, showPicture } from '#lib/components/cutout/source.ts';

const JPEG = new Uint8Array([0xff, 0xd8, 0xff]);
const ok = (): Response => new Response(JPEG);
const status = (code: number): Response => new Response(null, { status: code });

/** A source over answers in turn; a text is an error of the network. */
function sourceOf(answers: (Response | string)[]) {
	const asked: string[] = [];
	const fetcher = ((href: string) => {
		asked.push(href);
		const next = answers.shift() ?? 'nothing more';
		return typeof next === 'string' ? Promise.reject(new TypeError(next)) : Promise.resolve(next);
	}) as typeof fetch;
	return { asked, load: cutoutSource(fetcher, (path) => path) };
}
const reason = (picture: Picture): string => (picture.kind === 'missing' ? picture.reason : picture.kind);

describe('cutouts in memory', () => {
	it('are asked for once, also those that the packet did not bring', async () => {
		const { asked, load } = sourceOf([ok(), status(204)]);
		for (let i = 0; i < 2; i += 1) {
			expect((await load('ztf', '1', 'science')).kind).toBe('jpeg');
			expect(reason(await load('ztf', '1', 'template'))).toBe(NOT_SENT);
		}
		expect(asked).toHaveLength(2);
	});
	it('are asked for again after they could not be had', async () => {
		const { asked, load } = sourceOf([status(503), 'no network', ok()]);
		expect(reason(await load('ztf', '1', 'science'))).toBe(NOT_AVAILABLE);
		expect(reason(await load('ztf', '1', 'science'))).toBe(NOT_AVAILABLE);
		expect((await load('ztf', '1', 'science')).kind).toBe('jpeg');
		expect((await load('ztf', '1', 'science')).kind).toBe('jpeg');
		expect(asked).toHaveLength(3);
	});
});

describe('a cutout on the page', () => {
	beforeEach(() => {
		vi.useFakeTimers();
	});
	afterEach(() => {
		vi.useRealTimers();
	});

	it('comes by itself once it can be had', async () => {
		const { load } = sourceOf([status(503), status(503), ok()]);
		const shown: string[] = [];
		showPicture(
			() => load('ztf', '1', 'science'),
			(picture) => shown.push(reason(picture)),
		);
		await vi.advanceTimersByTimeAsync(60_000);
		expect(shown).toEqual([NOT_AVAILABLE, NOT_AVAILABLE, 'jpeg']);
	});
	it('is not shown any more where the page moved on', async () => {
		const { asked, load } = sourceOf([status(503)]);
		const shown: string[] = [];
		const leave = showPicture(
			() => load('ztf', '1', 'science'),
			(picture) => shown.push(reason(picture)),
		);
		leave();
		await vi.advanceTimersByTimeAsync(60_000);
		expect([asked.length, shown.length]).toEqual([1, 0]);
	});
});
