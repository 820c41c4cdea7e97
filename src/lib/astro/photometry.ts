/** AB magnitude of 1 nJy: AB = 31.4 - 2.5 log10(flux / nJy). */
export const AB_ZERO_POINT = 31.4;
/** Magnitudes per unit of relative flux error, 2.5 / ln 10. */
const MAG_PER_RELATIVE_ERROR = 2.5 / Math.LN10;

/** AB magnitude of |flux| in nJy (the sign is kept elsewhere); NaN for a flux of 0 or NaN. */
export function magFromFlux(fluxNJy: number): number {
	return fluxNJy === 0 ? Number.NaN : AB_ZERO_POINT - 2.5 * Math.log10(Math.abs(fluxNJy));
}

/** Light of an image below so many sigma has no magnitude. */
export const SEEN_SIGMA = 3;

/** Flux in nJy, positive, of an AB magnitude. */
export function fluxFromMag(mag: number): number {
	return 10 ** ((AB_ZERO_POINT - mag) / 2.5);
}

/** Magnitude error of |flux|, to first order; NaN for a flux of 0. */
export function magErrFromFlux(flux: number, fluxErr: number): number {
	return flux === 0 ? Number.NaN : (MAG_PER_RELATIVE_ERROR * fluxErr) / Math.abs(flux);
}

/** AB magnitude and its error of the light of an image, nJy; null where it is not seen. */
export function seenMag({ flux, err }: Flux): { mag: number; magErr: number } | null {
	const isSeen = flux > 0 && flux >= SEEN_SIGMA * err;
	return isSeen ? { mag: magFromFlux(flux), magErr: magErrFromFlux(flux, err) } : null;
}

/** Flux error in nJy of an AB magnitude and its error, to first order. */
export function fluxErrFromMag(mag: number, magErr: number): number {
	return (fluxFromMag(mag) * magErr) / MAG_PER_RELATIVE_ERROR;
}

/** AB magnitude of a source of `sigma` times the flux error in nJy; NaN for an error that is not above 0. */
export function limitMagFromFluxErr(fluxErrNJy: number, sigma = 5): number {
	return fluxErrNJy > 0 ? magFromFlux(sigma * fluxErrNJy) : Number.NaN;
}

/** Flux in nJy of signed counts of an image whose AB zero point (magnitude of one count) is given. */
export function fluxFromCounts(dn: number, zeroPoint: number): number {
	return dn * fluxFromMag(zeroPoint);
}

/** A flux with its 1 sigma error, both in the same unit. */
export interface Flux {
	readonly flux: number;
	readonly err: number;
}

/**
 * Flux on the science image from that of the template and the signed difference. Errors are added in quadrature, as Fink does
 * (fink-utils, photometry/conversion.py); ALeRCE subtracts the template's instead, so this is the wider of the two.
 */
export function scienceFlux(template: Flux, difference: Flux): Flux {
	return { flux: template.flux + difference.flux, err: Math.hypot(template.err, difference.err) };
}
