export { default as Efficiency } from './Efficiency.svelte';
export { default as Gallery } from './Gallery.svelte';
export { default as Yield } from './Yield.svelte';
