/** Support vectors of a kernel machine with the radial basis function exp(-gamma |x - y|^2). */
interface KernelMachine {
  readonly gamma: number;
  /** Each of the same length. */
  readonly vectors: readonly Float64Array[];
}

/** A regression, libsvm's NU_SVR. */
export interface SupportVectorRegression extends KernelMachine {
  /** One for each vector. */
  readonly coefficients: Float64Array;
  readonly rho: number;
}

/** A classification of k classes by votes of pairs, libsvm's C_SVC with probabilities. */
export interface SupportVectorClassification extends KernelMachine {
  /** How many vectors belong to each class; they stand in this order. */
  readonly counts: readonly number[];
  /** k - 1 for each vector. */
  readonly coefficients: readonly Float64Array[];
  /** One for each pair of classes, (0, 1), (0, 2), ..., (k - 2, k - 1). */
  readonly rho: Float64Array;
  /** Slope and offset of the sigmoid that makes a probability of a pair's decision. */
  readonly sigmoid: { readonly slope: Float64Array; readonly offset: Float64Array };
}

/** Prediction of a regression. */
export function regress({ coefficients, rho, ...machine }: SupportVectorRegression, x: Float64Array): number {
  return kernels(machine, x).reduce((sum, kernel, i) => sum + (coefficients[i] as number) * kernel, -rho);
}

/** Probability of each class: decisions of the pairs, through their sigmoids (Lin et al. 2007), coupled (Wu, Lin and Weng 2004, second method). */
export function classProbabilities(machine: SupportVectorClassification, x: Float64Array): Float64Array {
  const { counts, coefficients, rho, sigmoid } = machine;
  const classes = counts.length;
  const kernel = kernels(machine, x);
  const starts = counts.map((_, i) => counts.slice(0, i).reduce((sum, count) => sum + count, 0));
  const pairwise = new Float64Array(classes * classes);
  for (let i = 0, pair = 0; i < classes; i++) {
    for (let j = i + 1; j < classes; j++, pair++) {
      // A vector of class i has its coefficient against j in column j - 1, one of class j that against i in column i.
      const votes = (of: number, column: number) => {
        let sum = 0;
        const start = starts[of] as number;
        for (let k = start; k < start + (counts[of] as number); k++)
          sum += ((coefficients[k] as Float64Array)[column] as number) * (kernel[k] as number);
        return sum;
      };
      const decision = votes(i, j - 1) + votes(j, i) - (rho[pair] as number);
      const probability = 1 / (1 + Math.exp((sigmoid.slope[pair] as number) * decision + (sigmoid.offset[pair] as number)));
      pairwise[i * classes + j] = Math.min(1 - leastProbability, Math.max(leastProbability, probability));
      pairwise[j * classes + i] = 1 - (pairwise[i * classes + j] as number);
    }
  }
  return couple(pairwise, classes);
}

const leastProbability = 1e-7;

function kernels({ gamma, vectors }: KernelMachine, x: Float64Array): Float64Array {
  return Float64Array.from(vectors, (vector) => {
    let distance = 0;
    for (let i = 0; i < x.length; i++) distance += ((x[i] as number) - (vector[i] as number)) ** 2;
    return Math.exp(-gamma * distance);
  });
}

/** Probabilities of k classes from those of the pairs: the fixed-point iteration of libsvm, with its bounds. */
function couple(pairwise: Float64Array, k: number): Float64Array {
  const q = new Float64Array(k * k);
  for (let t = 0; t < k; t++) {
    for (let j = 0; j < k; j++) {
      if (j === t) continue;
      q[t * k + t] = (q[t * k + t] as number) + (pairwise[j * k + t] as number) ** 2;
      q[t * k + j] = -(pairwise[j * k + t] as number) * (pairwise[t * k + j] as number);
    }
  }
  const p = new Float64Array(k).fill(1 / k);
  for (let iteration = 0; iteration < Math.max(100, k); iteration++) {
    const qp = p.map((_, t) => p.reduce((sum, value, j) => sum + (q[t * k + j] as number) * value, 0));
    let pqp = p.reduce((sum, value, t) => sum + value * (qp[t] as number), 0);
    if (qp.every((value) => Math.abs(value - pqp) < 0.005 / k)) break;
    for (let t = 0; t < k; t++) {
      const step = (pqp - (qp[t] as number)) / (q[t * k + t] as number);
      p[t] = (p[t] as number) + step;
      pqp = (pqp + step * (step * (q[t * k + t] as number) + 2 * (qp[t] as number))) / (1 + step) ** 2;
      for (let j = 0; j < k; j++) {
        qp[j] = ((qp[j] as number) + step * (q[t * k + j] as number)) / (1 + step);
        p[j] = (p[j] as number) / (1 + step);
      }
    }
  }
  return p;
}
