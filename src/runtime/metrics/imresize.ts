/** One channel of an image, rows from the top, or a plane of values derived from it. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  /** width x height values. */
  readonly values: Float64Array;
}

/**
 * Resizes a plane as MATLAB's imresize does by default: bicubic (Keys, a = -0.5), the kernel widened by the factor against aliasing where the plane becomes
 * smaller, the border mirrored, first the columns, then the rows.
 * @param scale above 0; the sides become ceil(scale x side).
 * @param type `uint8` rounds the result and clips it to 0 to 255, `double` leaves it as it is.
 */
export function imresize({ width, height, values }: Plane, scale: number, type: 'uint8' | 'double'): Plane {
  const stored = type === 'uint8' ? (value: number) => Math.min(255, Math.max(0, Math.round(value))) : (value: number) => value;
  const rows = contributions(height, scale);
  const columns = contributions(width, scale);
  const low = new Float64Array(width * rows.length);
  for (const [y, { indices, weights }] of rows.entries()) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += (weights[k] as number) * (values[(indices[k] as number) * width + x] as number);
      low[y * width + x] = sum;
    }
  }
  const result = new Float64Array(columns.length * rows.length);
  for (let y = 0; y < rows.length; y++) {
    for (const [x, { indices, weights }] of columns.entries()) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += (weights[k] as number) * (low[y * width + (indices[k] as number)] as number);
      result[y * columns.length + x] = stored(sum);
    }
  }
  return { width: columns.length, height: rows.length, values: result };
}

/** Which samples of a line go into one of the result, and with what weight. */
interface Contribution {
  readonly indices: readonly number[];
  readonly weights: readonly number[];
}

function contributions(length: number, scale: number): Contribution[] {
  const widened = Math.min(1, scale);
  const support = 4 / widened;
  return Array.from({ length: Math.ceil(scale * length) }, (_, i) => {
    const centre = (i + 1) / scale + 0.5 * (1 - 1 / scale);
    const first = Math.floor(centre - support / 2);
    const places = Array.from({ length: Math.ceil(support) + 2 }, (_, k) => first + k);
    const raw = places.map((place) => widened * cubic(widened * (centre - place)));
    const sum = raw.reduce((total, weight) => total + weight, 0);
    return { indices: places.map((place) => mirrored(place - 1, length)), weights: raw.map((weight) => weight / sum) };
  });
}

/** The sample that stands at an index that may lie outside of 0 to length - 1; the border sample is mirrored too. */
function mirrored(index: number, length: number): number {
  const wrapped = ((index % (2 * length)) + 2 * length) % (2 * length);
  return wrapped < length ? wrapped : 2 * length - 1 - wrapped;
}

/** Keys's bicubic kernel. */
function cubic(x: number): number {
  const a = Math.abs(x);
  if (a <= 1) return 1.5 * a ** 3 - 2.5 * a ** 2 + 1;
  return a <= 2 ? -0.5 * a ** 3 + 2.5 * a ** 2 - 4 * a + 2 : 0;
}
