import { icrsFromEcliptic, icrsFromGalactic } from '#lib/astro/sphere.ts';
import type { Overlay, SkyArea, SkyLines } from './overlays.ts';

const RAD = Math.PI / 180;

type Position = { readonly ra: number; readonly dec: number };

function steps(from: number, to: number, step: number): number[] {
	const out: number[] = [];
	for (let value = from; value <= to + 1e-9; value += step) out.push(value);
	return out;
}

/** How a curve is drawn. */
export type CurveLook =
	'grid' | 'equator' | 'galacticGrid' | 'ecliptic' | 'galaxy' | 'figures' | 'outline' | 'area' | 'horizon';

/** A line over the map: positions and its look; `dashed` tells the second of two alike. */
export interface Curve {
	readonly look: CurveLook;
	readonly dashed: boolean;
	readonly line: readonly Position[];
}

const solid = (look: CurveLook, line: readonly Position[]): Curve => ({ look, dashed: false, line });

function equatorialGrid(ra0: number): Curve[] {
	const across = steps(-179.9, 179.9, 2.998);
	const parallel = (dec: number): Position[] => across.map((lon) => ({ ra: ra0 + lon, dec }));
	const meridians = steps(0, 330, 30).map((ra) => steps(-90, 90, 3).map((dec) => ({ ra, dec })));
	return [
		...[...meridians, ...[-60, -30, 30, 60].map(parallel)].map((line) => solid('grid', line)),
		solid('equator', parallel(0)),
	];
}

function galacticGrid(): Curve[] {
	const meridians = steps(0, 330, 30).map((lon) => steps(-90, 90, 3).map((lat) => icrsFromGalactic(lon, lat)));
	const parallels = [-60, -30, 30, 60].map((lat) => steps(0, 360, 3).map((lon) => icrsFromGalactic(lon, lat)));
	return [...meridians, ...parallels].map((line) => ({ look: 'galacticGrid', dashed: true, line }));
}

/** Positions of a line kept as tenths of degrees (ra, dec, ra, dec, ...); long sides are stepped so that they bend with the map. */
function stepped(line: readonly number[]): Position[] {
	const positions: Position[] = [];
	for (let i = 0; i + 1 < line.length; i += 2) {
		const here = { ra: (line[i] ?? 0) / 10, dec: (line[i + 1] ?? 0) / 10 };
		const last = positions.at(-1);
		if (last) positions.push(...between(last, here));
		positions.push(here);
	}
	return positions;
}

/** The curves that were asked for, about a centre meridian, at Greenwich sidereal time `gmst` (degrees). */
export function curvesOf(
	overlays: Readonly<Partial<Record<Overlay, boolean>>>,
	{
		centreRa,
		gmst,
		observatories,
		lines,
		areas,
	}: {
		readonly centreRa: number;
		readonly gmst: number;
		readonly observatories: readonly { readonly longitude: number; readonly latitude: number }[];
		readonly lines: SkyLines | null;
		readonly areas: readonly SkyArea[];
	},
): Curve[] {
	return [
		...(overlays.galacticGrid ? galacticGrid() : []),
		...(overlays.grid ? equatorialGrid(centreRa) : []),
		...(overlays.outline && lines ? lines.milkyWay.map((line) => solid('outline', stepped(line))) : []),
		...(overlays.constellations && lines ? lines.lines.map((line) => solid('figures', stepped(line))) : []),
		...(overlays.ecliptic
			? [{ look: 'ecliptic', dashed: true, line: steps(0, 360, 1).map((lon) => icrsFromEcliptic(lon, 0)) } as const]
			: []),
		...(overlays.galaxy
			? [{ look: 'galaxy', dashed: true, line: steps(0, 360, 0.5).map((lon) => icrsFromGalactic(lon, 0)) } as const]
			: []),
		...areas.flatMap((area) => area.lines.map((line): Curve => ({ look: 'area', dashed: area.dashed, line }))),
		...(overlays.horizons
			? observatories.map((place, i): Curve => ({
					look: 'horizon',
					dashed: i === 0,
					line: horizonCircle(place, gmst, 30),
				}))
			: []),
	];
}

/** Positions along the great circle between two, every 4 degrees at most. */
function between(a: Position, b: Position): Position[] {
	const unit = ({ ra, dec }: Position): [number, number, number] => [
		Math.cos(dec * RAD) * Math.cos(ra * RAD),
		Math.cos(dec * RAD) * Math.sin(ra * RAD),
		Math.sin(dec * RAD),
	];
	const [u, v] = [unit(a), unit(b)];
	const angle = Math.acos(Math.max(-1, Math.min(1, u[0] * v[0] + u[1] * v[1] + u[2] * v[2])));
	const pieces = Math.ceil(angle / RAD / 4);
	return Array.from({ length: Math.max(0, pieces - 1) }, (_, i) => {
		const t = (i + 1) / pieces;
		const [from, to] = [Math.sin((1 - t) * angle) / Math.sin(angle), Math.sin(t * angle) / Math.sin(angle)];
		const [x, y, z] = [from * u[0] + to * v[0], from * u[1] + to * v[1], from * u[2] + to * v[2]];
		return { ra: (Math.atan2(y, x) / RAD + 360) % 360, dec: Math.atan2(z, Math.hypot(x, y)) / RAD };
	});
}

/** Greenwich mean sidereal time in degrees, from MJD (UTC is near enough to UT1: 0.004 deg). Meeus, Astronomical Algorithms, 12.4. */
export function siderealDeg(mjdUtc: number): number {
	const days = mjdUtc - 51_544.5;
	return (((280.46061837 + 360.98564736629 * days) % 360) + 360) % 360;
}

/** The circle on the sky that a place (longitude east, latitude, deg) sees at the altitude given (deg) at sidereal time `gmstDeg`. */
export function horizonCircle(
	place: { readonly longitude: number; readonly latitude: number },
	gmstDeg: number,
	altitudeDeg: number,
): Position[] {
	const zenithRa = gmstDeg + place.longitude;
	const sinLat = Math.sin(place.latitude * RAD);
	const cosLat = Math.cos(place.latitude * RAD);
	const distance = (90 - altitudeDeg) * RAD;
	return steps(0, 360, 3).map((azimuth) => {
		const sinDec = sinLat * Math.cos(distance) + cosLat * Math.sin(distance) * Math.cos(azimuth * RAD);
		const dec = Math.asin(Math.max(-1, Math.min(1, sinDec)));
		const y = Math.sin(azimuth * RAD) * Math.sin(distance) * cosLat;
		const x = Math.cos(distance) - sinLat * sinDec;
		return { ra: zenithRa + Math.atan2(y, x) / RAD, dec: dec / RAD };
	});
}

/** Altitude of a position above the horizon of a place, degrees. */
export function altitudeDeg(
	position: Position,
	place: { readonly longitude: number; readonly latitude: number },
	gmstDeg: number,
): number {
	const hourAngle = (gmstDeg + place.longitude - position.ra) * RAD;
	const sine =
		Math.sin(place.latitude * RAD) * Math.sin(position.dec * RAD) +
		Math.cos(place.latitude * RAD) * Math.cos(position.dec * RAD) * Math.cos(hourAngle);
	return Math.asin(Math.max(-1, Math.min(1, sine))) / RAD;
}
