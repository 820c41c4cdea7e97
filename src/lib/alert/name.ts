/** What may be a name of something on the sky: letters, digits and the signs that names hold. */
export const NAME = /^(?=.*[\p{L}\p{N}])[\p{L}\p{N}\p{M} +\-.*/()'’_\u2010-\u2015\u2212]{1,60}$/u;

/** Fewest letters and digits by which ids are looked for: fewer begin too many. */
const FEWEST_OF_ID = 4;

/**
 * Spellings with which the id of an object may begin where a text is its beginning (`ztf18ab` and `ZTF18ab`); none where it cannot be one: it
 * is short, has no digit, or holds what no id does.
 */
export function idBeginnings(text: string): string[] {
	const given = text.trim();
	if (given.length < FEWEST_OF_ID || !/^\w+$/.test(given) || !/\d/.test(given)) return [];
	const [, letters, digits = '', rest = ''] = /^([a-z]+)(\d{1,2})([a-z]*)$/i.exec(given) ?? [];
	return letters === undefined ? [given] : [...new Set([given, letters.toUpperCase() + digits + rest.toLowerCase()])];
}

/** Constellations in the genitive, as stars are named, and the abbreviations that catalogues write. */
const GENITIVES =
	'Andromedae:And Antliae:Ant Apodis:Aps Aquarii:Aqr Aquilae:Aql Arae:Ara Arietis:Ari Aurigae:Aur Bootis:Boo Caeli:Cae ' +
	'Camelopardalis:Cam Cancri:Cnc Canum_Venaticorum:CVn Canis_Majoris:CMa Canis_Minoris:CMi Capricorni:Cap Carinae:Car ' +
	'Cassiopeiae:Cas Centauri:Cen Cephei:Cep Ceti:Cet Chamaeleontis:Cha Circini:Cir Columbae:Col Comae_Berenices:Com ' +
	'Coronae_Australis:CrA Coronae_Borealis:CrB Corvi:Crv Crateris:Crt Crucis:Cru Cygni:Cyg Delphini:Del Doradus:Dor ' +
	'Draconis:Dra Equulei:Equ Eridani:Eri Fornacis:For Geminorum:Gem Gruis:Gru Herculis:Her Horologii:Hor Hydrae:Hya ' +
	'Hydri:Hyi Indi:Ind Lacertae:Lac Leonis:Leo Leonis_Minoris:LMi Leporis:Lep Librae:Lib Lupi:Lup Lyncis:Lyn Lyrae:Lyr ' +
	'Mensae:Men Microscopii:Mic Monocerotis:Mon Muscae:Mus Normae:Nor Octantis:Oct Ophiuchi:Oph Orionis:Ori Pavonis:Pav ' +
	'Pegasi:Peg Persei:Per Phoenicis:Phe Pictoris:Pic Piscium:Psc Piscis_Austrini:PsA Puppis:Pup Pyxidis:Pyx Reticuli:Ret ' +
	'Sagittae:Sge Sagittarii:Sgr Scorpii:Sco Sculptoris:Scl Scuti:Sct Serpentis:Ser Sextantis:Sex Tauri:Tau Telescopii:Tel ' +
	'Trianguli:Tri Trianguli_Australis:TrA Tucanae:Tuc Ursae_Majoris:UMa Ursae_Minoris:UMi Velorum:Vel Virginis:Vir ' +
	'Volantis:Vol Vulpeculae:Vul';
const CONSTELLATIONS: ReadonlyMap<string, string> = new Map(
	GENITIVES.split(' ').flatMap((pair) => {
		const [genitive = '', short = ''] = pair.replace('_', ' ').split(':');
		return [
			[genitive.toLowerCase(), short],
			[short.toLowerCase(), short],
		];
	}),
);

const GREEK: ReadonlyMap<string, string> = new Map(
	'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi chi psi omega'
		.split(' ')
		.map((word, i) => [word, 'α β γ δ ε ζ η θ ι κ λ μ ν ξ ο π ρ σ τ υ φ χ ψ ω'.split(' ')[i] ?? '']),
);

/** Lists of the sky by the names of those who made them, and the letters that catalogues write. */
const MAKERS: ReadonlyMap<string, string> = new Map([
	['messier', 'm'],
	['caldwell', 'c'],
	['collinder', 'cr'],
]);

/** The spelling in which names are compared: lower case, without blanks, hyphens, underscores and apostrophes. named_sources.sql spells the same. */
function plainName(text: string): string {
	return text
		.normalize('NFKC')
		.toLowerCase()
		.replace(/[\s_'’\-\u2010-\u2015\u2212]/gu, '');
}

/** `alpha And`, `61 Cygni` and the like as catalogues write them (`α And`, `61 Cyg`); null where the text names no star of a constellation. */
function starName(text: string): string | null {
	const [, first = '', number = '', of = ''] = /^(\p{L}+|\d+)(\d*)\s+(\p{L}+(?:\s+\p{L}+)?)$/u.exec(text.trim()) ?? [];
	const constellation = CONSTELLATIONS.get(of.toLowerCase().replace(/\s+/g, ' '));
	return constellation === undefined ? null : `${GREEK.get(first.toLowerCase()) ?? first}${number} ${constellation}`;
}

/**
 * Spellings, as they are compared, under which a catalogue may hold a source of that name: `NGC 0224`, `ngc224` and `NGC-224`; `Messier 31` and
 * `M31`; `SN 2023ixf`, `AT 2023ixf` and `2023ixf`; `alpha Lyrae` and `α Lyr`.
 */
export function sourceKeys(text: string): string[] {
	const plain = plainName(text);
	const keys = new Set([plain]);
	const [, letters = '', number = ''] = /^(\p{L}+)0*(\d.*)$/u.exec(plain) ?? [];
	if (letters !== '') keys.add(`${MAKERS.get(letters) ?? letters}${number}`);
	const transient = /^(?:sn|at|tde|frb)?((?:1[89]|20)\d\d[a-z]{1,6})$/.exec(plain)?.[1];
	if (transient !== undefined) for (const prefix of ['', 'sn', 'at', 'tde', 'frb']) keys.add(`${prefix}${transient}`);
	const star = starName(text);
	if (star !== null) keys.add(plainName(star));
	return [...keys];
}

const PROVISIONAL = /^\(?((?:1[89]|20)\d\d)\s*([A-HJ-Y])([A-HJ-Z])(\d{1,3})?\)?$/i;
const PACKED = /^([IJK])(\d\d)([A-HJ-Y])([0-9A-Za-z])(\d)([A-HJ-Z])$/;
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

interface Designation {
	readonly year: number;
	/** Half of the month, and the order in it with its round. */
	readonly half: string;
	readonly order: string;
	readonly round: number;
}

/** A provisional designation of the Minor Planet Center, written out (`2023 AB1`) or packed (`K23A01B`); null where the text is none. */
function designationOf(text: string): Designation | null {
	const [, year, half = '', order = '', round = '0'] = PROVISIONAL.exec(text) ?? [];
	if (year !== undefined)
		return { year: Number(year), half: half.toUpperCase(), order: order.toUpperCase(), round: Number(round) };
	const [, century, short, letter = '', tens = '', ones, last = ''] = PACKED.exec(text) ?? [];
	if (century === undefined) return null;
	return {
		year: ('IJK'.indexOf(century) + 18) * 100 + Number(short),
		half: letter,
		order: last,
		round: DIGITS.indexOf(tens) * 10 + Number(ones),
	};
}

function spellingsOf({ year, half, order, round }: Designation): string[] {
	const body = `${half}${order}${round === 0 ? '' : round}`;
	const tens = DIGITS[Math.floor(round / 10)];
	const packed = `${'IJK'[Math.floor(year / 100) - 18] ?? ''}${String(year % 100).padStart(2, '0')}${half}${tens ?? ''}${round % 10}${order}`;
	return [`${year} ${body}`, `${year}${body}`, ...(tens === undefined ? [] : [packed])];
}

/** Whether the text is written like the designation of a minor planet before it has a number. */
export function isProvisional(text: string): boolean {
	return designationOf(text.trim()) !== null;
}

const titled = (text: string): string => text.toLowerCase().replace(/(^|[\s-])\p{L}/gu, (start) => start.toUpperCase());

/**
 * Names under which surveys may write a body of the solar system, exactly as they stand in alerts: the text itself, a number with and without
 * its name (`(433) Eros`, `433 Eros`, `433`, `Eros`), a provisional designation with and without a blank and packed (`2023 AB1`, `K23A01B`).
 */
export function solarSystemNames(text: string): string[] {
	const given = text.normalize('NFC').trim().replace(/\s+/g, ' ');
	const designation = designationOf(given);
	if (designation !== null) return [...new Set([given, ...spellingsOf(designation)])];
	const names = new Set<string>();
	const add = (...spellings: readonly string[]): void => {
		for (const name of spellings) for (const form of [name, name.replaceAll(' ', '')]) names.add(form);
	};
	add(given, given.toUpperCase(), titled(given));
	const [, open = '', number = '', name = ''] = /^(\(?)(\d{1,7})\)?(?:\s+(.*))?$/.exec(given) ?? [];
	// 61 Cygni and 47 Tuc are numbered within their constellations
	if (number !== '' && (open !== '' || name === '' || !CONSTELLATIONS.has(name.toLowerCase()))) {
		add(number, `(${number})`);
		if (name !== '') add(name, titled(name), `${number} ${titled(name)}`, `(${number}) ${titled(name)}`);
	}
	return [...names];
}
