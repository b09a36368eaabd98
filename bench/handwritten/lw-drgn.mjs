/**
 * LW-DRGN as one would write it by hand in tfjs: plain operators, tf.fused.conv2d where there is one, no line of mfnc's. Weights are tensors by
 * their names, `reg.y[1].down.kernel`. The backend is whichever the caller's `tf` uses.
 */

/** One network of the two, DeG or ReG. @param {typeof import('@tensorflow/tfjs')} tf */
function generator(tf, weights, name, modules = 3, rcabs = 2) {
  const weight = (path) => weights.get(`${name}.${path}`);
  const conv = (path, x, stride = 1, activation = 'linear') =>
    tf.fused.conv2d({ x, filter: weight(`${path}.kernel`), strides: stride, pad: 'same', bias: weight(`${path}.bias`), activation });
  const upsample = (path, x) => {
    const filter = weight(`${path}.kernel`);
    const [batch, height, width] = x.shape;
    const shape = [batch, 2 * height, 2 * width, filter.shape[2]];
    return tf.relu(tf.add(tf.conv2dTranspose(x, filter, shape, 2, 'same'), weight(`${path}.bias`)));
  };
  const attend = (path, x) => {
    const squeezed = conv(`${path}.squeeze`, tf.mean(x, [1, 2], true), 1, 'relu');
    return tf.mul(x, conv(`${path}.excite`, squeezed, 1, 'sigmoid'));
  };
  const rcab = (path, x) => tf.add(x, attend(`${path}.attention`, conv(`${path}.conv2`, conv(`${path}.conv1`, x, 1, 'relu'))));
  const fuse = (path, features) => attend(`${path}.attention`, conv(`${path}.fuse`, tf.concat(features, 3)));

  return (x) => {
    const features = [conv('y[0]', x, 2, 'relu')];
    for (let n = 1; n <= modules; n++) {
      let y = n === 1 ? features[0] : fuse(`fused[${n}]`, features);
      y = conv(`y[${n}].down`, y, 2, 'relu');
      for (let k = 1; k <= rcabs; k++) y = rcab(`y[${n}].rcab[${k}]`, y);
      features.push(upsample(`y[${n}].up`, y));
    }
    return conv('rec', upsample('up', fuse('fusion', features)));
  };
}

/** I* = ReG(I_L - DeG(I_L)). */
export function enhance(tf, weights) {
  const [deg, reg] = [generator(tf, weights, 'deg'), generator(tf, weights, 'reg')];
  return (low) => tf.tidy(() => reg(tf.sub(low, deg(low))));
}

/** Charbonnier's penalty, averaged. */
function charbonnier(tf, a, b, epsilon = 1e-3) {
  return tf.mean(tf.sqrt(tf.add(tf.squaredDifference(a, b), epsilon ** 2)));
}

/** The 11 taps of SSIM's Gaussian, as a column filter and a row filter for each of the channels. */
function ssimWindow(tf, channels) {
  const taps = Array.from({ length: 11 }, (_, i) => Math.exp(-(((i - 5) / 1.5) ** 2) / 2));
  const sum = taps.reduce((a, b) => a + b);
  const column = tf.tile(tf.tensor(taps.map((tap) => tap / sum)).reshape([11, 1, 1, 1]), [1, 1, channels, 1]);
  return [column, tf.transpose(column, [1, 0, 2, 3])];
}

/** Mean SSIM of images in [-1, 1], taken as [0, 1]; the five filtered maps go through the window side by side. */
function ssim(tf, a, b, [column, row]) {
  const [u, v] = [tf.div(tf.add(a, 1), 2), tf.div(tf.add(b, 1), 2)];
  const maps = tf.concat([u, v, tf.mul(u, u), tf.mul(v, v), tf.mul(u, v)], 3);
  const blurred = tf.depthwiseConv2d(tf.depthwiseConv2d(maps, column, 1, 'valid'), row, 1, 'valid');
  const [meanU, meanV, uu, vv, uv] = tf.split(blurred, 5, 3);
  const [c1, c2] = [0.01 ** 2, 0.03 ** 2];
  const [squareU, squareV, product] = [tf.square(meanU), tf.square(meanV), tf.mul(meanU, meanV)];
  const luminance = tf.div(tf.add(tf.mul(product, 2), c1), tf.add(tf.add(squareU, squareV), c1));
  const variances = tf.add(tf.sub(uu, squareU), tf.sub(vv, squareV));
  const structure = tf.div(tf.add(tf.mul(tf.sub(uv, product), 2), c2), tf.add(variances, c2));
  return tf.mean(tf.mul(luminance, structure));
}

/**
 * The train step of stage 2: DeG frozen, ReG learns on the original and on the synthetic pair (eqs. 8 and 9), with tf.variableGrads and tfjs's Adam.
 * @returns {(images: Record<string, import('@tensorflow/tfjs').Tensor4D>, rate: number) => import('@tensorflow/tfjs').Scalar} the step; gives the loss
 */
export function trainStep(tf, weights) {
  const variables = new Map(
    [...weights].filter(([name]) => name.startsWith('reg.')).map(([name, value]) => [name, tf.variable(value, true, name)]),
  );
  const deg = generator(tf, weights, 'deg');
  const reg = generator(tf, variables, 'reg');
  const window = ssimWindow(tf, 15);
  const optimizer = tf.train.adam(5e-4, 0.9, 0.999, 1e-8);
  const restoration = (prediction, truth) => tf.sub(charbonnier(tf, prediction, truth), tf.mul(ssim(tf, prediction, truth, window), 0.2));

  const step = ({ low, normal, reference }, rate) =>
    tf.tidy(() => {
      const degradation = deg(low);
      const lowReference = tf.clipByValue(tf.add(reference, degradation), -1, 1);
      const base = tf.sub(low, degradation);
      const baseReference = tf.sub(lowReference, deg(lowReference));
      const { value, grads } = tf.variableGrads(
        () => tf.add(restoration(reg(base), normal), restoration(reg(baseReference), reference)),
        [...variables.values()],
      );
      optimizer.learningRate = rate;
      optimizer.applyGradients(grads);
      return value;
    });
  return { step, variables };
}
