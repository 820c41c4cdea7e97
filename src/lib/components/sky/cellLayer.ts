import { Layer, project32, type LayerProps, type UpdateParameters } from '@deck.gl/core';
import { Model } from '@luma.gl/engine';

/** Triangles of the map ready for the GPU: x, y, 0 in map units and RGBA bytes, a vertex each. */
export interface CellColumns {
	readonly vertices: number;
	readonly positions: Float32Array;
	readonly colours: Uint8Array;
}

interface CellLayerProps extends LayerProps {
	readonly cells: CellColumns;
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

/** Density cells as one list of triangles: a polygon layer would cut every cell into triangles again on each redraw. */
export class CellLayer extends Layer<CellLayerProps> {
	static override layerName = 'CellLayer';
	declare state: { model?: Model };

	override getShaders(): object {
		return super.getShaders({ vs: vertexShader, fs: fragmentShader, modules: [project32] }) as object;
	}

	override initializeState(): void {
		this.getAttributeManager()?.add({
			positions: { size: 3, type: 'float32', accessor: 'getPosition' },
			colors: { size: 4, type: 'unorm8', accessor: 'getColor' },
		});
	}

	override updateState(parameters: UpdateParameters<this>): void {
		super.updateState(parameters);
		if (this.state.model) return;
		const manager = this.getAttributeManager();
		this.state.model = new Model(this.context.device, {
			...this.getShaders(),
			id: this.props.id,
			bufferLayout: manager?.getBufferLayouts({ isInstanced: false }) ?? [],
			topology: 'triangle-list',
		});
	}

	override draw(): void {
		const { model } = this.state;
		if (!model) return;
		model.setVertexCount(this.props.cells.vertices);
		model.draw(this.context.renderPass);
	}

	override finalizeState(context: this['context']): void {
		super.finalizeState(context);
		this.state.model?.destroy();
	}
}
