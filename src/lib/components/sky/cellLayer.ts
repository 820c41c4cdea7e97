import type { ColumnProgram } from './columnLayer.ts';

/** Triangles of the map ready for the GPU: x, y, 0 in map units and RGBA bytes, a vertex each. */
export interface CellColumns {
	readonly vertices: number;
	readonly positions: Float32Array;
	readonly colours: Uint8Array;
}

const vertexShader = `#version 300 es
#define SHADER_NAME nightjar-cells-vertex
in vec3 positions;
in vec4 colors;
out vec4 vColour;
void main(void) {
	geometry.worldPosition = positions;
	gl_Position = project_position_to_clipspace(positions, vec3(0.0), vec3(0.0), geometry.position);
	vColour = colors;
}
`;

const fragmentShader = `#version 300 es
#define SHADER_NAME nightjar-cells-fragment
precision highp float;
in vec4 vColour;
out vec4 fragColor;
void main(void) {
	if (vColour.a <= 0.0) discard;
	fragColor = vColour;
}
`;

/** Cells as triangles: a polygon layer would cut every cell into triangles again on each redraw. */
export const CELLS: ColumnProgram = {
	vs: vertexShader,
	fs: fragmentShader,
	topology: 'triangle-list',
	attributes: {
		positions: { size: 3, type: 'float32', accessor: 'getPosition' },
		colors: { size: 4, type: 'unorm8', accessor: 'getColor' },
	},
};
