// What Nightjar uses of Aladin Lite 3, which comes without types.
declare module 'aladin-lite' {
	export interface AladinSource {
		readonly ra: number;
		readonly dec: number;
		/** Pixels of the view, while drawn. */
		readonly x: number;
		readonly y: number;
		readonly data: Readonly<Record<string, unknown>>;
	}
	export interface AladinCatalog {
		getSources(): readonly AladinSource[];
		addSources(sources: readonly AladinSource[]): void;
		removeAll(): void;
	}
	export interface AladinView {
		gotoRaDec(ra: number, dec: number): void;
		getRaDec(): [number, number];
		setFoV(deg: number): void;
		getFov(): [number, number];
		setBaseImageLayer(hips: string): void;
		setCooGrid(options: { enabled: boolean }): void;
		setProjection(name: string): void;
		addCatalog(catalog: AladinCatalog): void;
		removeOverlays(): void;
		on(event: 'positionChanged' | 'zoomChanged', then: () => void): void;
		on(
			event: 'objectHovered' | 'objectHoveredStop' | 'objectClicked',
			then: (source: AladinSource | null) => void,
		): void;
	}
	interface Aladin {
		readonly init: Promise<void>;
		aladin(element: HTMLElement, options: Readonly<Record<string, unknown>>): AladinView;
		catalog(options: Readonly<Record<string, unknown>>): AladinCatalog;
		/** Reads a VOTable; `then` gets what it holds. By default one that fails is asked for again through a proxy of CDS. */
		catalogFromURL(
			url: string,
			options: Readonly<Record<string, unknown>>,
			then: (catalog: AladinCatalog) => void,
			failed: () => void,
			useProxy: false,
		): AladinCatalog;
		source(ra: number, dec: number, data: Readonly<Record<string, unknown>>): AladinSource;
	}
	const A: Aladin;
	export default A;
}
