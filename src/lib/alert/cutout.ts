/** The three images that travel with an alert. */
export type CutoutKind = 'science' | 'template' | 'difference';
export const CUTOUT_KINDS: readonly CutoutKind[] = ['science', 'template', 'difference'];

/** Cutout bytes exactly as they came (gzip'd FITS, plain FITS, JPEG); null when the packet had none. */
export type Cutouts = Readonly<Record<CutoutKind, Uint8Array | null>>;
