// The two filters of BOOM's tests that its users' filters look like, written in the language, with their faults mended:
// stale names of fields (srmag, fp_hists.mag and .magerr, AllWISE) are those of today, and what is absent never decides.

const BRIGHT_STAR = ['1', '2', '3']
	.map((i) => `(ztf.distpsnr${i} < 20 and ztf.srmag${i} < 15 and ztf.srmag${i} > 0 and ztf.sgscore${i} > 0.49)`)
	.join('\n  or ');

const NEAR_BRIGHT_STAR = `let nearBright = ${BRIGHT_STAR}
  or (ztf.sgscore1 == 0.5 and ztf.distpsnr1 < 0.5
    and (abs(ztf.sgmag1) < 17 or abs(ztf.srmag1) < 17 or abs(ztf.simag1) < 17))`;

/** cats150: real, no known asteroid, no star, brighter than 20 mag at some time. */
export const CATS150 = `let notRock = ztf.ssdistnr < 0 or ztf.ssdistnr >= 12 or ztf.ssmagnr <= 0 or ztf.ssmagnr is absent
  or abs(ztf.magpsf - ztf.ssmagnr) >= 2
let seenTwice = any(detections, d => abs(mjd - d.mjd) > 0.007 and abs(mjd - d.mjd) <= 3 and d.mag < 99 and d.positive)
  or any(forcedPhotometry, d => abs(mjd - d.mjd) > 0.007 and abs(mjd - d.mjd) <= 3 and d.snr >= 4)
let isStar = ztf.sgscore1 > 0.76 and ztf.distpsnr1 < 2
${NEAR_BRIGHT_STAR}
let bright = ztf.magpsf - ztf.sigmapsf < 20 or any(detections, d => d.positive and d.mag - d.magErr < 20)
  or any(forcedPhotometry, d => d.snr >= 4 and d.mag - d.magErr < 20)
ztf.rb >= 0.3 and ztf.drb > 0.5 and ztf.fwhm > 0.5 and ztf.fwhm < 8 and ztf.nbad < 5 and positive and notRock
  and abs(ztf.magpsf - ztf.magap) < 0.75
  and not coalesce(isStar, false) and not coalesce(nearBright, false) and seenTwice and bright
annotate mag = round(ztf.magpsf, 4), jd = round(ztf.jd, 4), age = round(ztf.jd - ztf.jdstarthist, 4),
  drb = round(ztf.drb, 2), nb_detections = ztf.ndethist`;

/** fast: young, real, and rising or fading by 0.2 mag a day between neighbours in the alert's band, not both. */
export const FAST = `let notStar = ztf.sgscore1 <= 0.76 or ztf.distpsnr1 >= 2 or ztf.distpsnr1 < 0
let notRock = ztf.ssdistnr < 0 or ztf.ssdistnr >= 12 or ztf.ssmagnr <= 0 or ztf.ssmagnr is absent
  or abs(ztf.magpsf - ztf.ssmagnr) >= 1
${NEAR_BRIGHT_STAR}
let agn = nearest("CatWISE").w1mpro - nearest("CatWISE").w2mpro > 0.8
let seenTwice = any(detections, d => mjd - d.mjd > 0.015 and d.mag < 99 and d.positive)
let old = any(detections, d => mjd - d.mjd > 7 and d.positive)
let own = where(detections, d => d.positive and d.band == band)
let rising = any(pairs(own), p => p.days >= 0.02 and p.magRate <= -0.2)
let fading = any(pairs(own), p => p.days >= 0.02 and p.magRate >= 0.2)
ztf.rb > 0.3 and ztf.drb > 0.9 and ztf.magpsf < 99 and ztf.ndethist <= 200 and ztf.nbad < 5 and ztf.fwhm > 0.5
  and ztf.fwhm < 8 and positive and abs(ztf.jd - ztf.jdstarthist) < 7 and abs(ztf.jd - ztf.jdstarthist) > 0
  and abs(ztf.magpsf - ztf.magap) < 0.75 and notStar and notRock and ztf.ncovhist > ztf.ndethist
  and not coalesce(nearBright, false) and not coalesce(agn, false)
  and seenTwice and not coalesce(old, false) and count(own) >= 2 and rising != fading
annotate passed_at = ztf.jd, current_magpsf = ztf.magpsf`;
