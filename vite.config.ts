import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';

export default defineConfig({
	plugins: [sveltekit()],
	// the bundle holds deck.gl as one lazy chunk; its size is watched by a test, not by a warning
	build: { chunkSizeWarningLimit: 900 },
});
