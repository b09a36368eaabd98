import { customLayerSources } from './sources.js';

/** Classes of layers that custom-layers.js can define. */
export type CustomLayer = keyof typeof customLayerSources;

const names = Object.keys(customLayerSources) as readonly CustomLayer[];

const isCustomLayer = (name: string): name is CustomLayer => names.some((known) => known === name);

/** The custom layers among these classes, each once, in the order of the table. */
export function customLayersAmong(classNames: readonly string[]): readonly CustomLayer[] {
  const used = new Set(classNames.filter(isCustomLayer));
  return names.filter((name) => used.has(name));
}

const head = (used: readonly CustomLayer[]) => `// Layers of this model that TensorFlow.js does not have. Written by mfnc.
//
//   import { register } from './custom-layers.js';
//   register(tf);
//   const model = await tf.loadLayersModel('model.json');

/**
 * Makes ${used.join(', ')} known to TensorFlow.js. To be called once, before the model is loaded.
 * @param tf the module @tensorflow/tfjs, or the global \`tf\` of its script.
 */
export function register(tf) {
  const { Layer } = tf.layers;`;

/** Functions that the classes share. */
const helpers = {
  tensorsOf: `
  /** A layer is called with one tensor or a list. */
  const tensorsOf = (inputs) => (Array.isArray(inputs) ? inputs : [inputs]);`,
  shapesOf: `
  /** A layer is asked about one shape or a list of them. */
  const shapesOf = (shapes) => (Array.isArray(shapes[0]) ? shapes : [shapes]);`,
  broadcastShape: `
  /** The shape of a result of tensors that broadcast; null where an extent is not known. */
  const broadcastShape = (shapes) => {
    const extents = shapes[0].map((_, axis) => shapes.map((shape) => shape[axis]).filter((extent) => extent !== 1));
    return extents.map((others) => (others.length === 0 ? 1 : others.includes(null) ? null : others[0]));
  };`,
  constant: `
  /** A function that jumps: its gradient is 0 everywhere else, which tfjs-core does not know. */
  const constant = (compute, tensors) =>
    tf.customGrad((...given) => {
      const operands = given.slice(0, tensors.length);
      return { value: compute(...operands), gradFunc: () => operands.map((tensor) => tf.zerosLike(tensor)) };
    })(...tensors);`,
  stretched: `
  /** Tensors broadcast to one shape. */
  const stretched = (tensors) => {
    const shape = broadcastShape(tensors.map((tensor) => tensor.shape));
    return tensors.map((tensor) => tf.broadcastTo(tensor, shape));
  };`,
} as const;

/** Text of custom-layers.js: an ES module that defines these classes and registers them. */
export function customLayersModule(used: readonly CustomLayer[]): string {
  const classes = used.map((name) => customLayerSources[name].replaceAll('\n', '\n  ').replace(/[ ]+$/gm, '')).join('\n');
  // `stretched` uses `broadcastShape`, so what is needed is looked for in the helpers that are needed too.
  const uses = (text: string, name: string) => text.includes(`${name}(`);
  const stretches = uses(classes, 'stretched') ? helpers.stretched : '';
  const needed = Object.entries(helpers).flatMap(([name, source]) => (uses(classes + stretches, name) ? [source] : []));
  return `${[head(used), ...needed, classes, '', `  for (const layer of [${used.join(', ')}]) tf.serialization.registerClass(layer);`].join('\n')}\n}\n`;
}
