// The only module that imports deck.gl: loaded when a map is on the page, never before.
import { Deck, OrthographicView, type Layer } from '@deck.gl/core';
import { BitmapLayer } from '@deck.gl/layers';
import { PointLayer, type PointColumns } from './pointLayer.ts';

/** What part of the map is seen: centre in map units and CSS pixels per map unit. */
export interface MapView {
	readonly x: number;
	readonly y: number;
	readonly pixelsPerUnit: number;
}

/** What is drawn: a picture over the whole ellipse, and points. */
export interface MapContent {
	readonly picture: ImageData | null;
	readonly points: PointColumns | null;
}

/** A deck.gl canvas under the map; `destroy` gives its WebGL context back. */
export interface DeckMap {
	show(view: MapView, content: MapContent): void;
	destroy(): void;
}

const flat = { depthCompare: 'always', depthWriteEnabled: false } as const;

function layersOf({ picture, points }: MapContent): Layer[] {
	const layers: Layer[] = [];
	if (picture) {
		layers.push(
			new BitmapLayer({
				id: 'milky-way',
				image: picture as unknown as ImageBitmap,
				bounds: [-2, -1, 2, 1],
				parameters: flat,
			}),
		);
	}
	if (points && points.length > 0) {
		layers.push(
			new PointLayer({
				id: 'alerts',
				points,
				data: {
					length: points.length,
					attributes: {
						getPosition: { value: points.positions, size: 3 },
						getColor: { value: points.colours, size: 4, normalized: true },
						getSize: { value: points.sizes, size: 1 },
					},
				},
				parameters: flat,
			}),
		);
	}
	return layers;
}

function viewStateOf(view: MapView): { target: [number, number, number]; zoom: number } {
	return { target: [view.x, view.y, 0], zoom: Math.log2(view.pixelsPerUnit) };
}

/** Starts deck.gl on a canvas; throws where the browser has no WebGL 2. */
export function createDeckMap(canvas: HTMLCanvasElement, view: MapView, onDrawn: () => void): DeckMap {
	const probe = document.createElement('canvas').getContext('webgl2');
	if (!probe) throw new Error('This browser draws no WebGL 2.');
	probe.getExtension('WEBGL_lose_context')?.loseContext();
	let hasPoints = false;
	const deck = new Deck({
		canvas,
		views: new OrthographicView({ id: 'sky', flipY: false }),
		viewState: viewStateOf(view),
		controller: false,
		useDevicePixels: Math.min(2, devicePixelRatio || 1),
		layers: [],
		// the page reads the pointer itself: nothing to pick on the GPU
		pickingRadius: 0,
		onAfterRender: () => {
			if (hasPoints) onDrawn();
		},
	});
	return {
		show(next, content) {
			hasPoints = content.points !== null;
			deck.setProps({ viewState: viewStateOf(next), layers: layersOf(content) });
		},
		destroy() {
			// finalize alone keeps the context alive, and a browser keeps only sixteen
			const device = (deck as unknown as { device?: { gl?: WebGL2RenderingContext } }).device;
			deck.finalize();
			device?.gl?.getExtension('WEBGL_lose_context')?.loseContext();
		},
	};
}
