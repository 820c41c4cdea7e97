import type { ColumnProgram } from './columnLayer.ts';

/** Points of the map as columns ready for the GPU: x, y, 0 triples in map units, RGBA bytes, sizes in CSS pixels, shapes (0 circle, 1 square, 2 diamond). */
export interface PointColumns {
	readonly length: number;
	readonly positions: Float32Array;
	readonly colours: Uint8Array;
	readonly sizes: Float32Array;
	readonly shapes: Uint8Array;
}

const vertexShader = `#version 300 es
#define SHADER_NAME nightjar-points-vertex
in vec3 positions;
in vec4 colors;
in float sizes;
in float shapes;
out vec4 vColour;
out float vSize;
flat out int vShape;
void main(void) {
	geometry.worldPosition = positions;
	gl_Position = project_position_to_clipspace(positions, vec3(0.0), vec3(0.0), geometry.position);
	vColour = colors;
	vSize = sizes * project.devicePixelRatio;
	vShape = int(shapes + 0.5);
	gl_PointSize = max(vSize, 1.0);
}
`;

const fragmentShader = `#version 300 es
#define SHADER_NAME nightjar-points-fragment
precision highp float;
in vec4 vColour;
in float vSize;
flat in int vShape;
out vec4 fragColor;
void main(void) {
	float alpha = vColour.a;
	if (alpha <= 0.0) discard;
	if (vSize > 3.0) {
		vec2 p = abs(gl_PointCoord - 0.5);
		float r = vShape == 1 ? 1.08 * max(p.x, p.y) : vShape == 2 ? p.x + p.y : length(p);
		alpha *= clamp((0.5 - r) * vSize + 0.5, 0.0, 1.0);
		if (alpha <= 0.0) discard;
	}
	fragColor = vec4(vColour.rgb, alpha);
}
`;

/** Points of the map. */
export const POINTS: ColumnProgram = {
	vs: vertexShader,
	fs: fragmentShader,
	topology: 'point-list',
	attributes: {
		positions: { size: 3, type: 'float32', accessor: 'getPosition' },
		colors: { size: 4, type: 'unorm8', accessor: 'getColor' },
		sizes: { size: 1, type: 'float32', accessor: 'getSize' },
		shapes: { size: 1, type: 'uint8', accessor: 'getShape' },
	},
};
