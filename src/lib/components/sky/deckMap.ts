// The only module that imports deck.gl: loaded when a map is on the page, never before.
import { Deck, OrthographicView, type Layer } from '@deck.gl/core';
import { BitmapLayer } from '@deck.gl/layers';
import { CELLS, type CellColumns } from './cellLayer.ts';
import { ColumnLayer, type ColumnProgram } from './columnLayer.ts';
import { LINES, type LineColumns } from './lineLayer.ts';
import { POINTS, type PointColumns } from './pointLayer.ts';

/** What part of the map is seen: centre in map units and CSS pixels per map unit. */
export interface MapView {
	readonly x: number;
	readonly y: number;
	readonly pixelsPerUnit: number;
}

/** What is drawn, from below: the sky's disc, a picture over it, cells, lines, the rim, and points. */
export interface MapContent {
	readonly disc: CellColumns;
	readonly rim: LineColumns;
	readonly picture: ImageData | null;
	readonly cells: CellColumns | null;
	readonly lines: LineColumns | null;
	readonly points: PointColumns | null;
}

/** A deck.gl canvas under the map; `destroy` gives its WebGL context back. */
export interface DeckMap {
	show(view: MapView, content: MapContent): void;
	/** Draws now, so that the canvas can be copied in the same breath. */
	redraw(): void;
	destroy(): void;
}

const flat = { depthCompare: 'always', depthWriteEnabled: false } as const;

interface Attribute {
	readonly value: Float32Array | Uint8Array;
	readonly size: number;
	readonly normalized?: boolean;
}

// deck.gl sends columns to the GPU again whenever `data` is another object: the same columns keep theirs while the map moves
const sent = new WeakMap<object, object>();

function layerOf(
	id: string,
	program: ColumnProgram,
	columns: object,
	vertices: number,
	attributes: Readonly<Record<string, Attribute>>,
): Layer {
	const data = sent.get(columns) ?? { length: vertices, attributes };
	sent.set(columns, data);
	return new ColumnLayer({ id, program, vertices, data, parameters: flat });
}

function triangles(id: string, cells: CellColumns): Layer {
	return layerOf(id, CELLS, cells, cells.vertices, {
		getPosition: { value: cells.positions, size: 3 },
		getColor: { value: cells.colours, size: 4, normalized: true },
	});
}

function pieces(id: string, lines: LineColumns): Layer {
	return layerOf(id, LINES, lines, 6 * lines.pieces, {
		getPosition: { value: lines.positions, size: 3 },
		getOther: { value: lines.others, size: 3 },
		getColor: { value: lines.colours, size: 4, normalized: true },
	});
}

function dots(id: string, points: PointColumns): Layer {
	return layerOf(id, POINTS, points, points.length, {
		getPosition: { value: points.positions, size: 3 },
		getColor: { value: points.colours, size: 4, normalized: true },
		getSize: { value: points.sizes, size: 1 },
		getShape: { value: points.shapes, size: 1 },
	});
}

function layersOf({ disc, picture, cells, lines, rim, points }: MapContent): Layer[] {
	const layers: Layer[] = [triangles('disc', disc)];
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
	if (cells && cells.vertices > 0) layers.push(triangles('cells', cells));
	if (lines && lines.pieces > 0) layers.push(pieces('lines', lines));
	layers.push(pieces('rim', rim));
	if (points && points.length > 0) layers.push(dots('alerts', points));
	return layers;
}

function viewStateOf(view: MapView): { target: [number, number, number]; zoom: number } {
	return { target: [view.x, view.y, 0], zoom: Math.log2(view.pixelsPerUnit) };
}

/** Starts deck.gl on a canvas; throws where the browser has no WebGL 2. */
export function createDeckMap(canvas: HTMLCanvasElement, view: MapView, onDrawn: () => void): DeckMap {
	// deck.gl takes the context that a canvas has; its own would be smoothed as a whole and keep each picture, which doubles the cost of a
	// frame where there is no graphics card. Lines and points are smooth by themselves.
	const context = canvas.getContext('webgl2', { antialias: false });
	if (!context) throw new Error('This browser draws no WebGL 2.');
	const ratio = Math.min(2, devicePixelRatio || 1);
	// deck.gl sizes the canvas only after its first frames, which would show 300 × 150 pixels stretched over the page
	canvas.width = Math.floor(canvas.clientWidth * ratio);
	canvas.height = Math.floor(canvas.clientHeight * ratio);
	let hasContent = false;
	const deck = new Deck({
		canvas,
		views: new OrthographicView({ id: 'sky', flipY: false }),
		viewState: viewStateOf(view),
		controller: false,
		useDevicePixels: ratio,
		layers: [],
		// the page reads the pointer itself: nothing to pick on the GPU
		pickingRadius: 0,
		onAfterRender: () => {
			if (hasContent) onDrawn();
		},
	});
	return {
		show(next, content) {
			hasContent = content.points !== null || content.cells !== null;
			deck.setProps({ viewState: viewStateOf(next), layers: layersOf(content) });
		},
		redraw() {
			deck.redraw('copy');
		},
		destroy() {
			// finalize alone keeps the context alive, and a browser keeps only sixteen
			const device = (deck as unknown as { device?: { gl?: WebGL2RenderingContext } }).device;
			deck.finalize();
			device?.gl?.getExtension('WEBGL_lose_context')?.loseContext();
		},
	};
}
