// HEALPix, nested scheme, orders 0 to 29: the one door to pixels, their neighbours and covers.

export { coverOrder, discPixels, discRanges, pixelsOf, polygonRanges } from './healpixCover.ts';
export { nearOrder, nearPixels } from './healpixNear.ts';
export { neighboursOf } from './healpixNeighbours.ts';
export { centreOf, cornersOf, ipixOf, ipixToArray } from './healpixPixel.ts';
