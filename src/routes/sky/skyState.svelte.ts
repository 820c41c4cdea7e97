import { wrapRa } from '#lib/astro/sphere.ts';
import type { MapView } from '#lib/components/sky/deckMap.ts';
import { project, unproject } from '#lib/astro/hammer.ts';
import { OVERLAY_NAMES, type Overlay } from '#lib/components/sky/overlays.ts';
import type { SkyColour } from '#lib/components/sky/skyInk.ts';
import type { MapBox } from '#lib/components/sky/view.ts';

export type Drawing = 'auto' | 'density' | 'alerts';

export const COLOURS: readonly SkyColour[] = ['count', 'class', 'age', 'magnitude', 'score'];
const DRAWINGS: readonly Drawing[] = ['auto', 'density', 'alerts'];
const USUAL: readonly Overlay[] = ['grid', 'ecliptic', 'galaxy', 'constellations', 'bodies'];

/** What the reader chose on the sky page; all of it stands in the address. */
export class SkyState {
	nightFrom = $state('');
	nightTo = $state('');
	colour = $state<SkyColour>('class');
	drawing = $state<Drawing>('auto');
	overlays = $state<Record<Overlay, boolean>>(overlaysOf(USUAL));
	/** Keys of classes ('' = unclassified) and names of surveys left out. */
	hiddenClasses = $state.raw<ReadonlySet<string>>(new Set());
	hiddenSurveys = $state.raw<ReadonlySet<string>>(new Set());
	centreRa = $state(0);
	moved = $state.raw<MapView | null>(null);

	constructor(url: URL, given: { nightFrom: string; nightTo: string; centreRa: number }) {
		this.nightFrom = given.nightFrom;
		this.nightTo = given.nightTo;
		const query = url.searchParams;
		const number = (name: string, low: number, high: number): number | null => {
			const text = query.get(name);
			const value = text === null || text === '' ? Number.NaN : Number(text);
			return value >= low && value <= high ? value : null;
		};
		this.colour = COLOURS.find((name) => name === query.get('colour')) ?? this.colour;
		this.drawing = DRAWINGS.find((name) => name === query.get('draw')) ?? this.drawing;
		const over = query.get('over');
		if (over !== null) this.overlays = overlaysOf(over.split(',') as Overlay[]);
		this.hiddenClasses = new Set(
			(query.get('hide') ?? '')
				.split(',')
				.filter((key) => key !== '')
				.map(fromKey),
		);
		this.hiddenSurveys = new Set((query.get('without') ?? '').split(',').filter((name) => name !== ''));
		this.centreRa = number('centre', 0, 360) ?? given.centreRa;
		const [ra, dec, wide] = [number('ra', 0, 360), number('dec', -90, 90), number('wide', 0.01, 360)];
		if (ra !== null && dec !== null && wide !== null) this.asked = { ra, dec, wide };
	}

	/** The part of the sky that the address asks for, until the map knows its size. */
	asked: { ra: number; dec: number; wide: number } | null = null;

	/** Looks at a place (ICRS degrees), so many degrees across. */
	lookAt(place: { ra: number; dec: number; wide: number }, box: MapBox): void {
		const [x, y] = project(place.ra, place.dec, this.centreRa);
		this.moved = { x, y, pixelsPerUnit: pixelsFor(place.wide, box) };
	}

	/** Query of the address that shows the same again. */
	query(box: MapBox | null, usual: { night: string; centreRa: number }): URLSearchParams {
		const query = new URLSearchParams();
		if (this.nightFrom === this.nightTo) {
			if (this.nightTo !== usual.night) query.set('night', this.nightTo);
		} else {
			query.set('nightFrom', this.nightFrom);
			query.set('nightTo', this.nightTo);
		}
		if (this.colour !== 'class') query.set('colour', this.colour);
		if (this.drawing !== 'auto') query.set('draw', this.drawing);
		const over = OVERLAY_NAMES.filter((name) => this.overlays[name]);
		if (over.join(',') !== OVERLAY_NAMES.filter((name) => USUAL.includes(name)).join(',')) {
			query.set('over', over.join(','));
		}
		if (this.hiddenClasses.size > 0) query.set('hide', [...this.hiddenClasses].map(toKey).join(','));
		if (this.hiddenSurveys.size > 0) query.set('without', [...this.hiddenSurveys].join(','));
		if (Math.abs(this.centreRa - usual.centreRa) > 0.5) query.set('centre', wrapRa(this.centreRa).toFixed(1));
		const place = this.moved && unproject(this.moved.x, this.moved.y, this.centreRa);
		if (this.moved && place && box) {
			query.set('ra', place.ra.toFixed(3));
			query.set('dec', place.dec.toFixed(3));
			query.set('wide', degreesAcross(this.moved, box).toPrecision(4));
		}
		return query;
	}
}

const toKey = (key: string): string => (key === '' ? 'none' : key);
const fromKey = (key: string): string => (key === 'none' ? '' : key);

function overlaysOf(names: readonly Overlay[]): Record<Overlay, boolean> {
	return Object.fromEntries(OVERLAY_NAMES.map((name) => [name, names.includes(name)])) as Record<Overlay, boolean>;
}

/** Degrees of the sky in a map unit at the middle of the map. */
const DEGREES_PER_UNIT = (Math.SQRT2 * 180) / Math.PI;

/** Degrees across a view, as near as a map of the whole sky has them. */
export function degreesAcross(view: MapView, box: MapBox): number {
	return Math.min(360, (box.width / view.pixelsPerUnit) * DEGREES_PER_UNIT);
}

/** CSS pixels in a map unit where so many degrees lie across the window. */
export function pixelsFor(wide: number, box: MapBox): number {
	return (box.width * DEGREES_PER_UNIT) / wide;
}
