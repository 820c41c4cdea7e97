import type { AnnotationValue } from '#lib/filter/index.ts';

/** A recorded value as people read it, with its unit. */
export function valueText(value: AnnotationValue, unit: string): string {
	if (value === null) return 'absent';
	if (typeof value !== 'number') return value === true ? 'yes' : value === false ? 'no' : value;
	const size = Math.abs(value);
	const digits = Number.isInteger(value)
		? String(value)
		: size >= 1000
			? value.toFixed(size >= 10_000 ? 3 : 0)
			: size >= 100
				? value.toFixed(1)
				: String(Number(value.toPrecision(size < 1 ? 2 : 4)));
	const mark = unit === 'arcsec' ? '″' : unit === 'deg' ? '°' : unit;
	return `${digits.replace('-', '−')}${mark === '' ? '' : mark === '″' || mark === '°' ? mark : ` ${mark}`}`;
}
