/** Mean and covariance of vectors of n numbers. */
export interface MultivariateGaussian {
  /** n numbers. */
  readonly mean: Float64Array;
  /** n x n numbers, symmetric. */
  readonly covariance: Float64Array;
}

/**
 * Fits a Gaussian as MATLAB's nanmean and nancov do: the mean of each number over the vectors that have it, the covariance over the vectors that have all.
 * With fewer than two of these the covariance is NaN.
 * @param vectors each with n numbers, NaN where it lacks one.
 */
export function fitGaussian(vectors: readonly Float64Array[], n: number): MultivariateGaussian {
  const mean = columnMeans(vectors, n);
  const complete = vectors.filter((vector) => !vector.some(Number.isNaN));
  const centre = columnMeans(complete, n);
  const covariance = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) {
      let sum = 0;
      for (const vector of complete)
        sum += ((vector[i] as number) - (centre[i] as number)) * ((vector[j] as number) - (centre[j] as number));
      covariance[i * n + j] = complete.length < 2 ? Number.NaN : sum / (complete.length - 1);
      covariance[j * n + i] = covariance[i * n + j] as number;
    }
  }
  return { mean, covariance };
}

function columnMeans(vectors: readonly Float64Array[], n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => {
    const present = vectors.map((vector) => vector[i] as number).filter((value) => !Number.isNaN(value));
    return present.reduce((sum, value) => sum + value, 0) / present.length;
  });
}

/**
 * Distance of two Gaussians (Mittal et al. 2013, eq. 10): sqrt((a - b)' pinv((A + B) / 2) (a - b)), with MATLAB's pinv, which leaves out singular
 * values below n eps of the largest.
 */
export function gaussianDistance(a: MultivariateGaussian, b: MultivariateGaussian): number {
  const n = a.mean.length;
  const difference = a.mean.map((value, i) => value - (b.mean[i] as number));
  const pooled = a.covariance.map((value, i) => (value + (b.covariance[i] as number)) / 2);
  if (pooled.some(Number.isNaN) || difference.some(Number.isNaN)) return Number.NaN;
  const { values, vectors } = eigenDecomposition(pooled, n);
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const tolerance = n * spacing(largest);
  let sum = 0;
  for (let k = 0; k < n; k++) {
    const value = values[k] as number;
    if (Math.abs(value) <= tolerance) continue;
    let projection = 0;
    for (let i = 0; i < n; i++) projection += (vectors[i * n + k] as number) * (difference[i] as number);
    sum += (projection * projection) / value;
  }
  return Math.sqrt(sum);
}

/** The distance from a number to the next larger one in float64, MATLAB's eps. */
function spacing(value: number): number {
  return value === 0 ? 2 ** -1074 : 2 ** (Math.floor(Math.log2(value)) - 52);
}

/** Eigenvalues and orthonormal eigenvectors (in columns) of a symmetric n x n matrix, by Jacobi's rotations (Golub and Van Loan, section 8.5). */
function eigenDecomposition(matrix: Float64Array, n: number): { readonly values: Float64Array; readonly vectors: Float64Array } {
  const a = matrix.slice();
  const vectors = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
  for (let sweep = 0; sweep < 100; sweep++) {
    let outside = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) outside += (a[p * n + q] as number) ** 2;
    if (outside === 0) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, vectors, n, p, q);
  }
  return { values: Float64Array.from({ length: n }, (_, i) => a[i * n + i] as number), vectors };
}

/** Makes a[p, q] zero by a rotation in the plane of p and q. */
function rotate(a: Float64Array, vectors: Float64Array, n: number, p: number, q: number): void {
  const off = a[p * n + q] as number;
  const [app, aqq] = [a[p * n + p] as number, a[q * n + q] as number];
  if (Math.abs(off) <= 1e-18 * Math.sqrt(Math.abs(app * aqq))) {
    a[p * n + q] = 0;
    a[q * n + p] = 0;
    return;
  }
  const theta = (aqq - app) / (2 * off);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(1, theta));
  const c = 1 / Math.hypot(1, t);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    const [kp, kq] = [a[k * n + p] as number, a[k * n + q] as number];
    a[k * n + p] = c * kp - s * kq;
    a[k * n + q] = s * kp + c * kq;
  }
  for (let k = 0; k < n; k++) {
    const [pk, qk] = [a[p * n + k] as number, a[q * n + k] as number];
    a[p * n + k] = c * pk - s * qk;
    a[q * n + k] = s * pk + c * qk;
    const [vp, vq] = [vectors[k * n + p] as number, vectors[k * n + q] as number];
    vectors[k * n + p] = c * vp - s * vq;
    vectors[k * n + q] = s * vp + c * vq;
  }
  a[p * n + q] = 0;
  a[q * n + p] = 0;
}
