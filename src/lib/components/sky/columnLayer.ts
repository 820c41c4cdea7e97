import { Layer, project32, type LayerProps, type UpdateParameters } from '@deck.gl/core';
import { Model } from '@luma.gl/engine';

/** How columns are drawn: shaders, what the vertices make up, and the attributes by their name in the vertex shader. */
export interface ColumnProgram {
	readonly vs: string;
	readonly fs: string;
	readonly topology: 'point-list' | 'triangle-list';
	readonly attributes: Readonly<
		Record<string, { readonly size: number; readonly type: 'float32' | 'uint8' | 'unorm8'; readonly accessor: string }>
	>;
}

interface ColumnLayerProps extends LayerProps {
	readonly program: ColumnProgram;
	readonly vertices: number;
}

/** Draws columns as one list of vertices, not instanced: instances cost about ten times as much in software rendering, which is what browsers without a graphics card have. */
export class ColumnLayer extends Layer<ColumnLayerProps> {
	static override layerName = 'ColumnLayer';
	declare state: { model?: Model };

	override getShaders(): object {
		const { vs, fs } = this.props.program;
		return super.getShaders({ vs, fs, modules: [project32] }) as object;
	}

	override initializeState(): void {
		this.getAttributeManager()?.add({ ...this.props.program.attributes });
	}

	override updateState(parameters: UpdateParameters<this>): void {
		super.updateState(parameters);
		if (this.state.model) return;
		this.state.model = new Model(this.context.device, {
			...this.getShaders(),
			id: this.props.id,
			bufferLayout: this.getAttributeManager()?.getBufferLayouts({ isInstanced: false }) ?? [],
			topology: this.props.program.topology,
		});
	}

	override draw(): void {
		const { model } = this.state;
		if (!model) return;
		model.setVertexCount(this.props.vertices);
		model.draw(this.context.renderPass);
	}

	override finalizeState(context: this['context']): void {
		super.finalizeState(context);
		this.state.model?.destroy();
	}
}
