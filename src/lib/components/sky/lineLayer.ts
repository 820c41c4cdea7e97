import type { ColumnProgram } from './columnLayer.ts';

/** Straight pieces of lines ready for the GPU, six vertices each: where the vertex is and the other end of its piece (x, y, 0 in map units), RGBA bytes. */
export interface LineColumns {
	readonly pieces: number;
	readonly positions: Float32Array;
	readonly others: Float32Array;
	readonly colours: Uint8Array;
}

// of the six vertices of a piece, 0, 1 and 3 are at its beginning and 0, 3 and 5 on its left
const vertexShader = `#version 300 es
#define SHADER_NAME nightjar-lines-vertex
in vec3 positions;
in vec3 others;
in vec4 colors;
out vec4 vColour;
out float vAcross;
flat out float vReach;
void main(void) {
	geometry.worldPosition = positions;
	vec4 here = project_position_to_clipspace(positions, vec3(0.0), vec3(0.0), geometry.position);
	vec4 there = project_position_to_clipspace(others, vec3(0.0), vec3(0.0));
	int corner = gl_VertexID % 6;
	bool begins = corner == 0 || corner == 1 || corner == 3;
	float side = corner == 0 || corner == 3 || corner == 5 ? -1.0 : 1.0;
	vec2 along = normalize((begins ? there.xy - here.xy : here.xy - there.xy) * project.viewportSize);
	vReach = 0.5 * project.devicePixelRatio + 0.5;
	vAcross = side * vReach;
	gl_Position = here + vec4(vec2(-along.y, along.x) * vAcross * 2.0 / project.viewportSize, 0.0, 0.0);
	vColour = colors;
}
`;

const fragmentShader = `#version 300 es
#define SHADER_NAME nightjar-lines-fragment
precision highp float;
in vec4 vColour;
in float vAcross;
flat in float vReach;
out vec4 fragColor;
void main(void) {
	float alpha = vColour.a * clamp(vReach - abs(vAcross), 0.0, 1.0);
	if (alpha <= 0.0) discard;
	fragColor = vec4(vColour.rgb, alpha);
}
`;

/** Lines one CSS pixel wide, smooth by themselves: smoothing the whole picture doubles its price where there is no graphics card. */
export const LINES: ColumnProgram = {
	vs: vertexShader,
	fs: fragmentShader,
	topology: 'triangle-list',
	attributes: {
		positions: { size: 3, type: 'float32', accessor: 'getPosition' },
		others: { size: 3, type: 'float32', accessor: 'getOther' },
		colors: { size: 4, type: 'unorm8', accessor: 'getColor' },
	},
};
