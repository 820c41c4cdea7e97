/** Page of a cited work: ADS for a bibcode (19 characters), doi.org for a DOI; null for words. */
export function citationAddress(citation: string): string | null {
	const text = citation.trim();
	if (/^\d{4}[A-Za-z&.]{5}[\w.]{9}[A-Za-z.]$/.test(text))
		return `https://ui.adsabs.harvard.edu/abs/${encodeURIComponent(text)}`;
	const doi = /^(?:https?:\/\/(?:dx\.)?doi\.org\/|doi:\s*)?(10\.\d{4,9}\/\S+)$/i.exec(text)?.[1];
	return doi === undefined ? null : `https://doi.org/${encodeURI(doi)}`;
}
