/**
 * Layers that TensorFlow.js does not have, as the JavaScript that stands in custom-layers.js. Each is a class expression's members over `tf`, `Layer`
 * and the helpers of `frame.ts`; only those that a model uses are written.
 */
export const customLayerSources = {
  MfncWeight: `
/** A tensor of the model on its own: a factor, an offset. Its input only says that it belongs to the graph. */
class MfncWeight extends Layer {
  static className = 'MfncWeight';
  constructor(config) {
    super(config);
    this.shape = config.shape;
  }
  build(inputShape) {
    this.weight = this.addWeight('weight', this.shape, 'float32', tf.initializers.zeros());
    super.build(inputShape);
  }
  computeOutputShape() {
    // The batch is left open: the merging layers accept no two batches, and this one is stretched.
    return [null, ...this.shape.slice(1)];
  }
  call() {
    return tf.tidy(() => this.weight.read().clone());
  }
  getConfig() {
    return { ...super.getConfig(), shape: this.shape };
  }
}`,

  MfncElementwise: `
/**
 * A function of one or more tensors, element by element, with broadcasting: tf.exp, tf.div, tf.greater. Comparisons give 0 and 1. Operands of
 * tf.maximum and tf.minimum are made equally large first, because their gradients fail on broadcast operands in TensorFlow.js 4.22.
 */
class MfncElementwise extends Layer {
  static className = 'MfncElementwise';
  constructor(config) {
    super(config);
    this.function = config.function;
  }
  computeOutputShape(inputShape) {
    return broadcastShape(shapesOf(inputShape));
  }
  call(inputs) {
    return tf.tidy(() => {
      const tensors = tensorsOf(inputs);
      if (['greater', 'greaterEqual', 'equal'].includes(this.function)) return tf.cast(constant(tf[this.function], tensors), 'float32');
      return tf[this.function](...(['maximum', 'minimum'].includes(this.function) ? stretched(tensors) : tensors));
    });
  }
  getConfig() {
    return { ...super.getConfig(), function: this.function };
  }
}`,

  MfncSelect: `
/** The second input where the first is not 0, the third elsewhere. */
class MfncSelect extends Layer {
  static className = 'MfncSelect';
  computeOutputShape(inputShape) {
    return broadcastShape(inputShape);
  }
  call(inputs) {
    return tf.tidy(() => {
      // The gradient of tf.where fails on broadcast operands in TensorFlow.js 4.22.
      const [condition, a, b] = stretched(inputs);
      return tf.where(constant((x) => tf.notEqual(x, 0), [condition]), a, b);
    });
  }
}`,

  MfncClip: `
/** x limited to [minimum, maximum]. */
class MfncClip extends Layer {
  static className = 'MfncClip';
  constructor(config) {
    super(config);
    this.minimum = config.minimum;
    this.maximum = config.maximum;
  }
  call(inputs) {
    return tf.tidy(() => tf.minimum(tf.maximum(tensorsOf(inputs)[0], this.minimum), this.maximum));
  }
  getConfig() {
    return { ...super.getConfig(), minimum: this.minimum, maximum: this.maximum };
  }
}`,

  MfncReduction: `
/** Sum, mean or maximum over axes other than the batch. */
class MfncReduction extends Layer {
  static className = 'MfncReduction';
  constructor(config) {
    super(config);
    this.function = config.function;
    this.axes = config.axes;
    this.keepdims = config.keepdims;
  }
  computeOutputShape(inputShape) {
    const [shape] = shapesOf(inputShape);
    if (this.keepdims) return shape.map((extent, axis) => (this.axes.includes(axis) ? 1 : extent));
    return shape.filter((_, axis) => !this.axes.includes(axis));
  }
  call(inputs) {
    return tf.tidy(() => tf[this.function](tensorsOf(inputs)[0], this.axes, this.keepdims));
  }
  getConfig() {
    return { ...super.getConfig(), function: this.function, axes: this.axes, keepdims: this.keepdims };
  }
}`,

  MfncSlice: `
/** The part of a tensor that begins at \`begin\` and has the extents \`size\`; -1 stands for all of an axis. */
class MfncSlice extends Layer {
  static className = 'MfncSlice';
  constructor(config) {
    super(config);
    this.begin = config.begin;
    this.size = config.size;
  }
  computeOutputShape(inputShape) {
    const [shape] = shapesOf(inputShape);
    return shape.map((extent, axis) => (this.size[axis] === -1 ? extent : this.size[axis]));
  }
  call(inputs) {
    return tf.tidy(() => tf.slice(tensorsOf(inputs)[0], this.begin, this.size));
  }
  getConfig() {
    return { ...super.getConfig(), begin: this.begin, size: this.size };
  }
}`,

  MfncGather: `
/** Slices of a tensor along an axis other than the batch, in the order of \`indices\`. */
class MfncGather extends Layer {
  static className = 'MfncGather';
  constructor(config) {
    super(config);
    this.indices = config.indices;
    this.axis = config.axis;
  }
  computeOutputShape(inputShape) {
    const [shape] = shapesOf(inputShape);
    return shape.map((extent, axis) => (axis === this.axis ? this.indices.length : extent));
  }
  call(inputs) {
    return tf.tidy(() => tf.gather(tensorsOf(inputs)[0], tf.tensor1d(this.indices, 'int32'), this.axis));
  }
  getConfig() {
    return { ...super.getConfig(), indices: this.indices, axis: this.axis };
  }
}`,

  MfncPadding: `
/**
 * Elements added before and after along each axis. \`mode\`: 'constant' adds \`value\`, 'replicate' copies of the edge, 'reflect' mirrors without the edge,
 * 'symmetric' with it. Made of slices and concatenations, because the gradient of tf.mirrorPad is wrong in TensorFlow.js 4.22.
 */
class MfncPadding extends Layer {
  static className = 'MfncPadding';
  constructor(config) {
    super(config);
    this.paddings = config.paddings;
    this.mode = config.mode;
    this.value = config.value ?? 0;
  }
  computeOutputShape(inputShape) {
    const [shape] = shapesOf(inputShape);
    return shape.map((extent, axis) => (extent === null ? null : extent + this.paddings[axis][0] + this.paddings[axis][1]));
  }
  call(inputs) {
    return tf.tidy(() => {
      const [x] = tensorsOf(inputs);
      if (this.mode === 'constant') return tf.pad(x, this.paddings, this.value);
      return this.paddings.reduce((padded, [before, after], axis) => this.padAxis(padded, axis, before, after), x);
    });
  }
  padAxis(x, axis, before, after) {
    const extent = x.shape[axis];
    const part = (start, count) =>
      tf.slice(x, x.shape.map((_, i) => (i === axis ? start : 0)), x.shape.map((size, i) => (i === axis ? count : size)));
    const repeated = (start, count) => tf.tile(part(start, 1), x.shape.map((_, i) => (i === axis ? count : 1)));
    const mirrored = (start, count) => tf.reverse(part(start, count), axis);
    const edge = this.mode === 'reflect' ? 1 : 0;
    const head = this.mode === 'replicate' ? repeated : (_, count) => mirrored(edge, count);
    const tail = this.mode === 'replicate' ? repeated : (_, count) => mirrored(extent - edge - count, count);
    const parts = [...(before > 0 ? [head(0, before)] : []), x, ...(after > 0 ? [tail(extent - 1, after)] : [])];
    return parts.length === 1 ? x : tf.concat(parts, axis);
  }
  getConfig() {
    return { ...super.getConfig(), paddings: this.paddings, mode: this.mode, value: this.value };
  }
}`,

  MfncBroadcast: `
/** A tensor repeated along axes of extent 1; -1 stands for axes that stay as they are. */
class MfncBroadcast extends Layer {
  static className = 'MfncBroadcast';
  constructor(config) {
    super(config);
    this.shape = config.shape;
  }
  computeOutputShape(inputShape) {
    const [shape] = shapesOf(inputShape);
    return shape.map((extent, axis) => (this.shape[axis] === -1 ? extent : this.shape[axis]));
  }
  call(inputs) {
    return tf.tidy(() => {
      const [x] = tensorsOf(inputs);
      return tf.broadcastTo(x, this.computeOutputShape(x.shape));
    });
  }
  getConfig() {
    return { ...super.getConfig(), shape: this.shape };
  }
}`,

  MfncReverse: `
/** A tensor with the order of its elements reversed along axes other than the batch. */
class MfncReverse extends Layer {
  static className = 'MfncReverse';
  constructor(config) {
    super(config);
    this.axes = config.axes;
  }
  call(inputs) {
    return tf.tidy(() => tf.reverse(tensorsOf(inputs)[0], this.axes));
  }
  getConfig() {
    return { ...super.getConfig(), axes: this.axes };
  }
}`,

  MfncDepthToSpace: `
/**
 * Pixel shuffle: [B, H, W, b*b*C] to [B, b*H, b*W, C]; channel (i*b + j)*C + c goes to row i, column j of its block. A transposition, because
 * tf.depthToSpace has no gradient.
 */
class MfncDepthToSpace extends Layer {
  static className = 'MfncDepthToSpace';
  constructor(config) {
    super(config);
    this.blockSize = config.blockSize;
  }
  computeOutputShape(inputShape) {
    const [[batch, height, width, channels]] = shapesOf(inputShape);
    const b = this.blockSize;
    return [batch, height === null ? null : b * height, width === null ? null : b * width, channels / (b * b)];
  }
  call(inputs) {
    return tf.tidy(() => {
      const [x] = tensorsOf(inputs);
      const [batch, height, width, channels] = x.shape;
      const b = this.blockSize;
      const rows = tf.reshape(x, [batch * height, width, b, channels / b]);
      return tf.reshape(tf.transpose(rows, [0, 2, 1, 3]), [batch, b * height, b * width, channels / (b * b)]);
    });
  }
  getConfig() {
    return { ...super.getConfig(), blockSize: this.blockSize };
  }
}`,

  MfncSpaceToDepth: `
/** The inverse of a pixel shuffle: [B, b*H, b*W, C] to [B, H, W, b*b*C]. */
class MfncSpaceToDepth extends Layer {
  static className = 'MfncSpaceToDepth';
  constructor(config) {
    super(config);
    this.blockSize = config.blockSize;
  }
  computeOutputShape(inputShape) {
    const [[batch, height, width, channels]] = shapesOf(inputShape);
    const b = this.blockSize;
    return [batch, height === null ? null : height / b, width === null ? null : width / b, b * b * channels];
  }
  call(inputs) {
    return tf.tidy(() => {
      const [x] = tensorsOf(inputs);
      const [batch, height, width, channels] = x.shape;
      const b = this.blockSize;
      const rows = tf.reshape(x, [(batch * height) / b, b, width / b, b * channels]);
      return tf.reshape(tf.transpose(rows, [0, 2, 1, 3]), [batch, height / b, width / b, b * b * channels]);
    });
  }
  getConfig() {
    return { ...super.getConfig(), blockSize: this.blockSize };
  }
}`,

  MfncMatMul: `
/**
 * Products of the matrices in the last two axes, each transposed first where asked. A single matrix is repeated for each of the other operand, because the
 * gradient of tf.matMul fails on broadcast operands in TensorFlow.js 4.22.
 */
class MfncMatMul extends Layer {
  static className = 'MfncMatMul';
  constructor(config) {
    super(config);
    this.transposeA = config.transposeA;
    this.transposeB = config.transposeB;
  }
  computeOutputShape([a, b]) {
    const [rows, columns] = [a.at(this.transposeA ? -1 : -2), b.at(this.transposeB ? -2 : -1)];
    return [...(this.isSingle(a) ? b : a).slice(0, -2), rows, columns];
  }
  isSingle(shape) {
    return shape.slice(0, -2).every((extent) => extent === 1);
  }
  call([a, b]) {
    return tf.tidy(() => {
      const leading = (this.isSingle(a.shape) ? b : a).shape.slice(0, -2);
      const [left, right] = [a, b].map((x) => tf.broadcastTo(x, [...leading, ...x.shape.slice(-2)]));
      return tf.matMul(left, right, this.transposeA, this.transposeB);
    });
  }
  getConfig() {
    return { ...super.getConfig(), transposeA: this.transposeA, transposeB: this.transposeB };
  }
}`,

  MfncDilatedDepthwiseConv2D: `
/**
 * A depthwise convolution with dilations, which DepthwiseConv2D of TensorFlow.js 4.22 takes and ignores. The kernel gets zeros between its taps, because
 * tf.depthwiseConv2d has no gradient with dilations.
 */
class MfncDilatedDepthwiseConv2D extends Layer {
  static className = 'MfncDilatedDepthwiseConv2D';
  constructor(config) {
    super(config);
    Object.assign(this, {
      kernelSize: config.kernelSize,
      dilationRate: config.dilationRate,
      padding: config.padding,
      depthMultiplier: config.depthMultiplier,
      useBias: config.useBias,
      activation: config.activation,
    });
    this.function = config.activation === undefined ? undefined : tf.layers.activation({ activation: config.activation });
  }
  build(inputShape) {
    const channels = shapesOf(inputShape)[0][3];
    const shape = [...this.kernelSize, channels, this.depthMultiplier];
    this.kernel = this.addWeight('depthwise_kernel', shape, 'float32', tf.initializers.glorotNormal({}));
    if (this.useBias) this.bias = this.addWeight('bias', [channels * this.depthMultiplier], 'float32', tf.initializers.zeros());
    super.build(inputShape);
  }
  computeOutputShape(inputShape) {
    const [[batch, height, width, channels]] = shapesOf(inputShape);
    const positions = (size, axis) => {
      if (size === null || this.padding === 'same') return size;
      return size - (this.kernelSize[axis] - 1) * this.dilationRate[axis];
    };
    return [batch, positions(height, 0), positions(width, 1), channels * this.depthMultiplier];
  }
  call(inputs) {
    return tf.tidy(() => {
      const kernel = this.dilated(this.dilated(this.kernel.read(), 0), 1);
      const product = tf.depthwiseConv2d(tensorsOf(inputs)[0], kernel, 1, this.padding);
      const sum = this.useBias ? tf.add(product, this.bias.read()) : product;
      return this.function === undefined ? sum : this.function.call(sum, {});
    });
  }
  dilated(kernel, axis) {
    const gap = this.dilationRate[axis] - 1;
    if (gap === 0) return kernel;
    const taps = kernel.shape[axis];
    const before = kernel.shape.slice(0, axis);
    const after = kernel.shape.slice(axis + 1);
    const count = before.length === 0 ? 1 : before[0];
    const inner = after.reduce((product, extent) => product * extent, 1);
    const apart = tf.pad(tf.reshape(kernel, [count, taps, 1, inner]), [[0, 0], [0, 0], [0, gap], [0, 0]]);
    const joined = tf.slice(tf.reshape(apart, [count, taps * (gap + 1), inner]), [0, 0, 0], [count, taps * (gap + 1) - gap, inner]);
    return tf.reshape(joined, [...before, taps * (gap + 1) - gap, ...after]);
  }
  getConfig() {
    const { kernelSize, dilationRate, padding, depthMultiplier, useBias, activation } = this;
    return { ...super.getConfig(), kernelSize, dilationRate, padding, depthMultiplier, useBias, ...(activation && { activation }) };
  }
}`,
} as const satisfies Readonly<Record<string, string>>;
