/** How a part of a diagram stands to the other model; 'same' in a diagram of one model. */
export type Mark = 'same' | 'added' | 'removed' | 'changed';

/** port: what goes in or comes out. box: an instance of a block, or a function. operator: everything else that joins values. */
export type NodeShape = 'port' | 'box' | 'operator';

export interface DiagramNode {
  /** Unique within its panel. */
  readonly id: string;
  readonly shape: NodeShape;
  readonly mark: Mark;
  readonly title: string;
  /** Lines below the title: shapes, parameters, compute. */
  readonly lines: readonly string[];
}

/** Values flow from `from` to `to`. */
export interface DiagramEdge {
  readonly from: string;
  readonly to: string;
  readonly mark: Exclude<Mark, 'changed'>;
}

/** A graph with a heading: a model, a block or a stage. */
export interface Panel {
  readonly title: string;
  readonly subtitle: string;
  readonly nodes: readonly DiagramNode[];
  readonly edges: readonly DiagramEdge[];
}

export interface Diagram {
  readonly title: string;
  readonly subtitles: readonly string[];
  readonly panels: readonly Panel[];
  /** What the marks mean, in the order in which the legend says it; none for a diagram of one model. */
  readonly legend: readonly { readonly mark: Mark; readonly text: string }[];
}
