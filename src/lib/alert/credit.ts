/** How a survey's data may be used and what to cite; facts of the surveys' own pages and papers. */
export interface Credit {
	readonly survey: string;
	readonly access: string;
	readonly cite: string;
	readonly href: string;
}

export const CREDITS: readonly Credit[] = [
	{
		survey: 'ztf',
		access:
			'Public alerts (programid 1) are public at once. Partnership and Caltech alerts belong to their collaborations: only readers with that right see them here.',
		cite: 'Bellm et al. 2019, PASP 131, 018002; Masci et al. 2019, PASP 131, 018003; Patterson et al. 2019, PASP 131, 018001 (alerts)',
		href: 'https://www.ztf.caltech.edu/ztf-public-releases.html',
	},
	{
		survey: 'lsst',
		access:
			'Alerts of Rubin Observatory are public worldwide without delay. Images and catalogues of data releases are not part of them.',
		cite: 'Ivezić et al. 2019, ApJ 873, 111; Bellm et al., LSST Data Management Technical Note DMTN-093 (alerts)',
		href: 'https://www.lsst.org/scientists/publications',
	},
	{
		survey: 'winter',
		access: 'Belongs to its collaboration; seen here by readers with that right.',
		cite: 'Lourie et al. 2020, Proc. SPIE 11447, 114479K; Frostig et al. 2024, Proc. SPIE 13096',
		href: 'https://winter-observatory.github.io',
	},
	{
		survey: 'decam',
		access: 'DESIRT alerts belong to their collaboration; seen here by readers with that right.',
		cite: 'Palmese et al. 2022, Transient Name Server AstroNote 2022-107; Flaugher et al. 2015, AJ 150, 150 (camera)',
		href: 'https://noirlab.edu/science/programs/ctio/instruments/Dark-Energy-Camera',
	},
	{
		survey: 'pgir',
		access: 'Belongs to its collaboration; seen here by readers with that right.',
		cite: 'De et al. 2020, PASP 132, 025001',
		href: 'https://sites.astro.caltech.edu/~mcoughlin/gattini/',
	},
	{
		survey: 'atlas',
		access: 'Belongs to its collaboration; seen here by readers with that right.',
		cite: 'Tonry et al. 2018, PASP 130, 064505; Smith et al. 2020, PASP 132, 085002',
		href: 'https://fallingstar.com',
	},
	{
		survey: 'elasticc',
		access: 'A simulation by the LSST Dark Energy Science Collaboration, public; always kept apart from the sky.',
		cite: 'Knop and the ELAsTiCC team 2023, "The Extended LSST Astronomical Time-series Classification Challenge"',
		href: 'https://portal.nersc.gov/cfs/lsst/DESC_TD_PUBLIC/ELASTICC/',
	},
];
