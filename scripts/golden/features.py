"""Golden values of the features of light curves (tests/fixtures/golden/features.json).

Needs numpy, scipy and light-curve (PyPI; 0.13.3 was used). Everything is computed from its definition with numpy, or by the
light-curve package, on random and hostile curves: python3 scripts/golden/features.py
"""

import json
import math
from pathlib import Path

import light_curve as lc
import numpy as np
from scipy.optimize import curve_fit
from scipy.stats import norm

OUT = Path(__file__).parents[2] / 'tests/fixtures/golden/features.json'
KINDS = ['detection', 'upperLimit', 'forcedPhotometry']
NAN = float('nan')


def point(kind, band, mjd, flux=NAN, err=NAN, limit=NAN, positive=None, ra=NAN, dec=NAN, mag=None, mag_err=None):
    """A point as the store keeps it; magnitudes from the flux where they are not given."""
    seen = kind == 'detection' or (kind == 'forcedPhotometry' and abs(flux) >= 3 * err)
    if mag is None:
        mag = 31.4 - 2.5 * math.log10(abs(flux)) if seen and flux else NAN
    if mag_err is None:
        mag_err = 2.5 / math.log(10) * err / abs(flux) if seen and flux else NAN
    if positive is None and kind != 'upperLimit' and not math.isnan(flux):
        positive = flux > 0
    return [kind, band, mjd, flux, err, mag, mag_err, limit, positive, ra, dec]


def select(curve, band):
    """Points of a band in time order, one per exposure, as (positive, flux, limits, number of negative detections)."""
    rows = sorted((p for p in curve if p[1] == band and not math.isnan(p[2])), key=lambda p: p[2])
    groups = []
    for p in rows:
        if groups and p[2] - groups[-1][-1][2] < 1e-5:
            best = min(groups[-1][-1], p, key=lambda q: {'detection': 0, 'forcedPhotometry': 1, 'upperLimit': 2}[q[0]])
            groups[-1] = [best]
        else:
            groups.append([p])
    rows = [g[0] for g in groups]
    def is_positive(p):
        if p[0] == 'detection':
            return p[8] is True
        return p[0] == 'forcedPhotometry' and p[4] > 0 and p[3] >= 3 * p[4]
    positive = [p for p in rows if is_positive(p) and not math.isnan(p[5])]
    flux = [p for p in rows if p[0] != 'upperLimit' and math.isfinite(p[3]) and p[4] > 0 and math.isfinite(p[4])]
    limits = [p for p in rows if p[0] != 'detection' and not is_positive(p) and math.isfinite(p[7])]
    negative = [p for p in rows if p[0] == 'detection' and p[8] is False]
    return positive, flux, limits, len(negative)


def line(t, y, e):
    """Weighted line by scipy (absolute errors): slope, its error, reduced chi-square."""
    t, y, e = map(np.asarray, (t, y, e))
    if len(t) < 2 or not np.all(np.isfinite(e)) or np.any(e <= 0) or np.ptp(t) < 1e-6:
        return None
    t = t - np.average(t, weights=1 / e**2)
    if len(t) == 2:
        rate = (y[1] - y[0]) / (t[1] - t[0])
        return rate, math.hypot(e[0], e[1]) / abs(t[1] - t[0]), NAN
    (c, rate), cov = curve_fit(lambda x, a, b: a + b * x, t, y, sigma=e, absolute_sigma=True, p0=[np.mean(y), 0])
    return rate, math.sqrt(cov[1, 1]), float(np.sum(((y - c - rate * t) / e) ** 2) / (len(t) - 2))


def segment(points):
    t = [p[2] for p in points]
    if len(points) < 2 or not t[-1] - t[0] > 0.01:
        return None
    bright = min(points, key=lambda p: p[5])
    faint = max(points, key=lambda p: p[5])
    if not bright[5] + bright[6] < faint[5] - faint[6]:
        return None
    fit = line(t, [p[5] for p in points], [p[6] for p in points])
    return None if fit is None else (*fit, len(points), t[-1] - t[0])


def hazen(y, q):
    return np.quantile(y, q, method='hazen')


def statistics(t, f, e):
    """The package where it knows the feature, numpy else."""
    t, f, e = (np.asarray(x, dtype=float) for x in (t, f, e))
    n = len(f)
    out = {'nFlux': n}
    if n == 0:
        return out

    def of(feature, at=0):
        try:
            value = float(feature(t, f, e)[at])
        except Exception:  # too few points, or a flat curve
            return NAN
        return value if math.isfinite(value) else NAN

    spread = lambda q: hazen(f, 1 - q) - hazen(f, q)  # the package rounds q to 32 bits
    sd = np.std(f, ddof=1) if n > 1 else NAN
    out.update(
        fluxMean=float(np.mean(f)), fluxWeightedMean=of(lc.WeightedMean()), fluxSd=of(lc.StandardDeviation()),
        fluxMedian=of(lc.Median()), fluxAmplitude=of(lc.Amplitude()), fluxBeyondSd=of(lc.BeyondNStd(1.0)), fluxCusum=of(lc.Cusum()),
        fluxRange10=spread(0.1), fluxRange25=of(lc.InterPercentileRange(0.25)), fluxSkew=of(lc.Skew()), fluxKurtosis=of(lc.Kurtosis()),
        fluxTrend=of(lc.LinearTrend()), fluxTrendErr=of(lc.LinearTrend(), 1), fluxTrendNoise=of(lc.LinearTrend(), 2),
        fluxSlope=of(lc.LinearFit()), fluxSlopeErr=of(lc.LinearFit(), 1), fluxSlopeChi2=of(lc.LinearFit(), 2),
        fluxMaxSlope=of(lc.MaximumSlope()), fluxMad=of(lc.MedianAbsoluteDeviation()),
        fluxNearMedian=float(np.mean(np.abs(f - np.median(f)) < 0.1 * np.ptp(f) / 2)),
        fluxMaxDeviation=of(lc.PercentAmplitude()), fluxRelativeSd=of(lc.MeanVariance()),
        fluxNormality=of(lc.AndersonDarlingNormal()), fluxChi2=of(lc.ReducedChi2()), fluxStetsonK=of(lc.StetsonK()),
        fluxEta=of(lc.Eta()), fluxExcessVariance=of(lc.ExcessVariance()),
    )
    with np.errstate(all='ignore'):
        out['fluxRatio40'] = spread(0.4) / spread(0.05)
        out['fluxRatio20'] = spread(0.2) / spread(0.1)
    if n > 1 and sd == 0:
        # flat: what divides by the scatter is absent, what does not is 0
        for name in ('fluxTrend', 'fluxTrendErr', 'fluxTrendNoise'):
            out[name] = 0.0 if n > 2 and np.ptp(t) > 0 else NAN
    return out


def evolution(positive, limits, negative, alert_mjd):
    out = {'nPositive': len(positive), 'nNegative': negative}
    if not positive:
        return out
    t = [p[2] for p in positive]
    peak = min(range(len(t)), key=lambda i: positive[i][5])
    out.update(peakMag=positive[peak][5], peakMagErr=positive[peak][6], peakMjd=t[peak], sincePeak=alert_mjd - t[peak],
               duration=t[-1] - t[0])
    for name, part in (('rise', positive[: peak + 1]), ('fade', positive[peak:])):
        fit = segment(part)
        if fit is not None:
            for suffix, value in zip(('Rate', 'RateErr', 'Chi2', 'N', 'Days'), fit):
                out[name + suffix] = value
    if len(t) > 1:
        dt = t[-1] - t[-2]
        out.update(lastRate=(positive[-1][5] - positive[-2][5]) / dt,
                   lastRateErr=math.hypot(positive[-1][6], positive[-2][6]) / dt)
    before = [p for p in limits if p[2] < t[0]]
    if before:
        out.update(limitDays=t[0] - before[-1][2], limitRate=(positive[0][5] - before[-1][7]) / (t[0] - before[-1][2]))
    return out


def colour(blue, red):
    pairs = []
    for b in blue:
        if not red:
            break
        r = min(red, key=lambda p: abs(p[2] - b[2]))
        back = min(blue, key=lambda p: abs(p[2] - r[2]))
        if back is b and abs(r[2] - b[2]) <= 0.5:
            pairs.append(((b[2] + r[2]) / 2, b[5] - r[5], math.hypot(b[6], r[6])))
    if not pairs:
        return None
    fit = line(*zip(*pairs)) if pairs[-1][0] - pairs[0][0] > 0.01 else None
    return pairs[-1][1], pairs[-1][2], NAN if fit is None else fit[0]


def features(curve, alert_mjd):
    out = {}
    bands = sorted({p[1] for p in curve})
    chosen = {band: select(curve, band) for band in bands}
    ev = {}
    for band, (positive, flux, limits, negative) in chosen.items():
        if not any(p[1] == band and not math.isnan(p[2]) for p in curve):
            continue
        ev[band] = evolution(positive, limits, negative, alert_mjd)
        values = {**ev[band], **statistics([p[2] - alert_mjd for p in flux], [p[3] for p in flux], [p[4] for p in flux])}
        out.update({f'{band}.{name}': value for name, value in values.items()})
    every = sorted((p for positive, *_ in chosen.values() for p in positive), key=lambda p: p[2])
    out['nPositive'] = len(every)
    out['nNegative'] = sum(negative for *_, negative in chosen.values())
    out['nRising'] = sum(1 for e in ev.values() if e.get('riseRate', 0) < 0 and e['sincePeak'] == alert_mjd - max(
        p[2] for p in chosen[next(b for b in ev if ev[b] is e)][0]))
    out['nFading'] = sum(1 for e in ev.values() if e.get('fadeRate', 0) > 0)
    if every:
        peak = min(every, key=lambda p: (p[5], p[2]))
        faint = max(every, key=lambda p: p[5])
        out.update(peakMag=peak[5], peakMjd=peak[2], sincePeak=alert_mjd - peak[2], duration=every[-1][2] - every[0][2],
                   faintMag=faint[5], faintMjd=faint[2])
    seen = sorted((p for p in curve if p[0] == 'detection' and p[8] is True and not math.isnan(p[2])), key=lambda p: p[2])
    if seen:
        out['stationary'] = int(seen[-1][2] - seen[0][2] > 0.01)
    placed = [p for p in seen if not math.isnan(p[9]) and not math.isnan(p[10])]
    if len(placed) > 1:
        ra = np.array([p[9] for p in placed])
        dec = np.array([p[10] for p in placed])
        x = ((ra - ra[0] + 180) % 360 - 180) * math.cos(math.radians(dec[0])) * 3600
        y = (dec - dec[0]) * 3600
        out['centroidScatter'] = float(np.sqrt(np.mean((x - x.mean()) ** 2 + (y - y.mean()) ** 2)))
        a, b = (np.array([np.cos(np.radians(d)) * np.cos(np.radians(r)), np.cos(np.radians(d)) * np.sin(np.radians(r)),
                          np.sin(np.radians(d))]) for r, d in ((ra[0], dec[0]), (ra[-1], dec[-1])))
        out['centroidShift'] = float(np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b)), a @ b)) * 3600)
    for blue, red in (('u', 'g'), ('g', 'r'), ('r', 'i'), ('i', 'z'), ('z', 'y')):
        if blue in chosen and red in chosen:
            found = colour(chosen[blue][0], chosen[red][0])
            if found is not None:
                name = f'colour{blue.upper()}{red.upper()}'
                out[name], out[name + 'Err'], out[name + 'Rate'] = found
    return {name: (None if isinstance(v, float) and not math.isfinite(v) else v) for name, v in out.items()}


def random_curve(rng, n, bands, signed=False):
    curve = []
    for _ in range(n):
        kind = KINDS[rng.choice(3, p=[0.6, 0.15, 0.25])]
        band = bands[rng.integers(len(bands))]
        mjd = round(60000 + 60 * rng.random(), 5)
        t = mjd - 60030
        err = round(30 + 60 * rng.random(), 2)
        flux = round(6000 * math.exp(-t * t / 300) + (3000 * math.sin(t) if signed else 0) + rng.normal(0, err), 3)
        place = (round(359.9999 + 0.0002 * rng.random(), 7) % 360, round(-30 + 2e-4 * rng.random(), 7))
        if kind == 'upperLimit':
            curve.append(point(kind, band, mjd, limit=round(20 + rng.random(), 3)))
        elif kind == 'detection':
            curve.append(point(kind, band, mjd, flux, err, 21.0, ra=place[0], dec=place[1]))
        else:
            curve.append(point(kind, band, mjd, flux, err, NAN if abs(flux) >= 3 * err else 20.7))
    return curve


def wave(i):
    return point('detection', 'gr'[i % 2], 60000 + 0.37 * i, 20000 + 5000 * math.sin(0.7 * i) + (i * 7919) % 101, 30 + i % 7)


def cases():
    rng = np.random.default_rng(20260101)
    for n, bands in ((2, 'r'), (3, 'r'), (5, 'gr'), (9, 'gr'), (30, 'gri'), (80, 'ugrizy')):
        yield f'random {n}', random_curve(rng, n, bands)
        yield f'random signed {n}', random_curve(rng, n, bands, True)
    unsorted = random_curve(rng, 25, 'gr')
    yield 'unsorted', [unsorted[i] for i in rng.permutation(25)]
    det = lambda mjd, flux, err=40.0, band='r', **more: point('detection', band, mjd, flux, err, 20.5, **more)
    yield 'one point', [det(60000.25, 3000.0)]
    yield 'two points at one time', [det(60000.25, 3000.0), det(60000.25, 3100.0)]
    yield 'four bands at one time', [det(60000.25, 3000.0 + 100 * i, band=b) for i, b in enumerate('griz')]
    yield 'within a second', [det(60000.25 + i * 4e-6, 3000.0 + i) for i in range(4)]
    yield 'a detection and forced photometry of one exposure', [
        point('forcedPhotometry', 'r', 60000.25, 2900.0, 50.0), det(60000.25, 3000.0), point('forcedPhotometry', 'r', 60001.25, 2500.0, 50.0),
        point('upperLimit', 'r', 60001.25, limit=20.0), det(60002.25, 2000.0)]
    yield 'errors of magnitudes absent', [det(60000.0 + i, 1000.0 + 300 * i, mag_err=NAN) for i in range(5)]
    yield 'errors of magnitudes zero', [det(60000.0 + i, 1000.0 + 300 * i, mag_err=0.0) for i in range(5)]
    yield 'errors of fluxes absent', [det(60000.0 + i, 1000.0 + 300 * i, NAN, mag_err=0.1) for i in range(5)]
    yield 'errors of fluxes zero', [det(60000.0 + i, 1000.0 + 300 * i, 0.0, mag_err=0.1) for i in range(5)]
    yield 'one error absent amid a rise', [det(60000.0 + i, 1000.0 + 300 * i, mag_err=NAN if i == 2 else 0.03) for i in range(5)]
    yield 'negative only', [det(60000.0 + i, -1000.0 - 300 * i) for i in range(6)]
    yield 'a deep negative residual before a faint source', [det(60000.0, -9000.0)] + [det(60001.0 + i, 500.0 + 90 * i) for i in range(5)]
    yield 'sign unknown', [point('detection', 'r', 60000.0 + i, 1000.0 + i, 40.0, mag=20.1, mag_err=0.1)[:8] + [None, NAN, NAN] for i in range(4)]
    yield 'flat', [det(60000.0 + i, 2000.0) for i in range(6)]
    yield 'limits only', [point('upperLimit', 'g', 60000.0 + i, limit=20.0 + i / 10) for i in range(4)]
    yield 'limits before and between', [point('upperLimit', 'g', 59990.0, limit=20.5), point('upperLimit', 'g', 59998.0, limit=20.9),
                                        det(60000.0, 2000.0, band='g'), point('upperLimit', 'g', 60001.0, limit=19.0),
                                        det(60003.0, 4000.0, band='g')]
    yield 'a time that is absent', [det(60000.0, 2000.0), det(NAN, 9000.0), det(60002.0, 2500.0)]
    yield 'within the noise', [det(60000.0 + i, 1000.0 + i, 100.0) for i in range(5)]
    yield 'nothing', []
    yield 'wave of 2,000', [wave(i) for i in range(2000)]


def main():
    out = []
    for name, curve in cases():
        times = [p[2] for p in curve if not math.isnan(p[2])]
        mjd = max(times) if times else 60000.0
        plain = lambda v: None if isinstance(v, float) and math.isnan(v) else v
        rows = None if name.startswith('wave') else [[plain(v) for v in p] for p in curve]
        out.append({'name': name, 'mjd': mjd, 'curve': rows, 'features': features(curve, mjd)})
    # normal distribution far out, for the Anderson-Darling statistic
    tails = [[x, float(norm.logcdf(x))] for x in (-30.0, -8.0, -3.0, -1.0, -0.1, 0.0, 0.1, 1.0, 3.0, 6.0)]
    OUT.write_text(json.dumps({'cases': out, 'lnPhi': tails}, separators=(',', ':')))


main()
