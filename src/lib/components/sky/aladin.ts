// The only module that imports aladin-lite: loaded when a reader opens an atlas, never before.
import A, { type AladinCatalog, type AladinSource, type AladinView } from 'aladin-lite';

/** A mark over the atlas. */
export interface AtlasMark {
	readonly ra: number;
	readonly dec: number;
	readonly kind: string;
	readonly label: string;
}

/** One atlas over one element. Only the newest is live: a browser keeps few WebGL contexts, so all share one Aladin. */
export interface Atlas {
	readonly view: AladinView;
	/** Replaces all marks; `draw` paints one at its place. */
	mark(marks: readonly AtlasMark[], draw: (mark: AtlasMark, context: CanvasRenderingContext2D) => void): void;
	/** Gives the element back. */
	close(): void;
}

interface Callbacks {
	readonly moved: () => void;
	readonly hovered: (index: number | null) => void;
	readonly clicked: (index: number) => void;
	/** Another atlas was opened elsewhere. */
	readonly lost: () => void;
}

// every control of its own is off: they cannot be reached by all readers, ours beside it can
const QUIET = {
	log: false,
	samp: false,
	showReticle: false,
	showFrame: false,
	showFov: false,
	showCooLocation: false,
	showStatusBar: false,
	showContextMenu: false,
	showLayersControl: false,
	showZoomControl: false,
	showFullscreenControl: false,
	showSimbadPointerControl: false,
	showCooGridControl: false,
	showSettingsControl: false,
	showColorPickerControl: false,
	showShareControl: false,
	showProjectionControl: false,
} as const;

let shared: { readonly element: HTMLElement; readonly view: AladinView } | null = null;
let holder: Callbacks | null = null;

const SIMBAD_LIMIT = 300;
const SIMBAD_WAIT_MS = 20_000;
const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

/** Reads a VOTable of positions; Aladin, which knows all its forms, says nothing of some that it cannot read. */
function readTable(bytes: Blob): Promise<readonly AladinSource[]> {
	const url = URL.createObjectURL(bytes);
	return new Promise<readonly AladinSource[]>((resolve, reject) => {
		const failed = (): void => {
			reject(new Error('The table cannot be read.'));
		};
		setTimeout(failed, SIMBAD_WAIT_MS);
		A.catalogFromURL(
			url,
			{},
			(catalog) => {
				resolve(catalog.getSources());
			},
			failed,
			false,
		);
	}).finally(() => {
		URL.revokeObjectURL(url);
	});
}

/** What SIMBAD has within a radius (degrees) of ICRS degrees, the most cited 300 at most. Rejects where it does not answer. */
export async function simbadAround(
	at: { readonly ra: number; readonly dec: number },
	radiusDeg: number,
): Promise<{ readonly ra: number; readonly dec: number; readonly name: string; readonly type: string }[]> {
	await A.init;
	const asked = new URLSearchParams({
		...{ RA: at.ra.toFixed(6), DEC: at.dec.toFixed(6), SR: radiusDeg.toFixed(6), RESPONSEFORMAT: 'votable' },
		...{ MAXREC: String(SIMBAD_LIMIT), ORDER_BY: 'nb_ref', ORDER_DIR: 'DESC' },
	});
	const answer = await fetch(`https://simbad.cds.unistra.fr/cone?${asked}`, {
		signal: AbortSignal.timeout(SIMBAD_WAIT_MS),
		credentials: 'omit',
	});
	if (!answer.ok) throw new Error(`SIMBAD answered ${answer.status}.`);
	const table = await answer.blob();
	if (!/<(\w+:)?VOTABLE/.test(await table.slice(0, 4096).text())) throw new Error('SIMBAD answered no table.');
	const sources = await readTable(table);
	return sources.slice(0, SIMBAD_LIMIT).map(({ ra, dec, data }) => ({
		...{ ra, dec },
		name: textOf(data['main_id']),
		type: textOf(data['otype_txt']) || textOf(data['otype']),
	}));
}

const indexOf = (source: AladinSource | null): number | null => {
	const index = source?.data['index'];
	return typeof index === 'number' ? index : null;
};

function start(element: HTMLElement, at: { ra: number; dec: number; fovDeg: number; hips: string }): AladinView {
	const view = A.aladin(element, {
		...QUIET,
		survey: at.hips,
		hipsList: [at.hips],
		target: `${at.ra} ${at.dec}`,
		fov: at.fovDeg,
		cooFrame: 'ICRS',
		projection: 'TAN',
		backgroundColor: 'rgb(9, 13, 21)',
		gridColor: 'rgb(150, 175, 215)',
		gridOpacity: 0.35,
	});
	view.on('positionChanged', () => holder?.moved());
	view.on('zoomChanged', () => holder?.moved());
	view.on('objectHovered', (source) => holder?.hovered(indexOf(source)));
	view.on('objectHoveredStop', () => holder?.hovered(null));
	view.on('objectClicked', (source) => {
		const index = indexOf(source);
		if (index !== null) holder?.clicked(index);
	});
	return view;
}

/** Opens the atlas in an element, at a place (ICRS degrees) with a width of the field in degrees, over a HiPS (an absolute address). */
export async function openAtlas(
	host: HTMLElement,
	at: { readonly ra: number; readonly dec: number; readonly fovDeg: number; readonly hips: string },
	callbacks: Callbacks,
): Promise<Atlas> {
	await A.init;
	holder?.lost();
	holder = callbacks;
	if (shared === null) {
		const element = document.createElement('div');
		element.style.cssText = 'position:absolute;inset:0;width:100%;height:100%';
		host.append(element);
		shared = { element, view: start(element, at) };
	} else {
		host.append(shared.element);
		dispatchEvent(new Event('resize'));
		shared.view.setBaseImageLayer(at.hips);
		shared.view.gotoRaDec(at.ra, at.dec);
		shared.view.setFoV(at.fovDeg);
	}
	const { element, view } = shared;
	view.removeOverlays();
	return {
		view,
		mark(marks, draw) {
			view.removeOverlays();
			if (marks.length === 0) return;
			const catalog: AladinCatalog = A.catalog({
				name: 'marks',
				sourceSize: 22,
				onClick: 'none',
				shape: (source: AladinSource, context: CanvasRenderingContext2D) => {
					const mark = marks[indexOf(source) ?? -1];
					if (!mark) return;
					context.save();
					context.translate(source.x, source.y);
					draw(mark, context);
					context.restore();
				},
			});
			view.addCatalog(catalog);
			catalog.addSources(marks.map((mark, index) => A.source(mark.ra, mark.dec, { index, name: mark.label })));
		},
		close() {
			if (holder === callbacks) {
				holder = null;
				element.remove();
			}
		},
	};
}
