/** Prime factors up to this are transformed directly; a length with a larger one goes Bluestein's way. */
const largestRadix = 31;

/** Real and imaginary parts of complex numbers. */
export interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

export const complexZeros = (length: number): Complex => ({ re: new Float64Array(length), im: new Float64Array(length) });

/** The discrete Fourier transform of one length, whatever it is, in float64 and O(n log n). */
export interface FourierTransform {
  readonly length: number;
  /** X[k] = sum over n of x[n] exp(-2 pi i k n / N). Input and output must not be the same arrays. */
  transform(input: Complex, output: Complex): void;
}

/** Makes the transform of a length. */
export function fourierTransform(length: number): FourierTransform {
  const factors = radicesOf(length);
  return factors.some((factor) => factor > largestRadix) ? new ChirpTransform(length) : new MixedRadixTransform(length, factors);
}

/** 4 as often as it goes, then the prime factors, ascending. */
function radicesOf(length: number): number[] {
  const radices: number[] = [];
  let rest = length;
  for (; rest % 4 === 0; rest /= 4) radices.push(4);
  for (let prime = 2; prime * prime <= rest; prime++) for (; rest % prime === 0; rest /= prime) radices.push(prime);
  return rest > 1 ? [...radices, rest] : radices;
}

/** exp(-2 pi i k / n) for each k below n. */
function rootsOfUnity(n: number): Complex {
  const roots = complexZeros(n);
  for (let k = 0; k < n; k++) {
    roots.re[k] = Math.cos((2 * Math.PI * k) / n);
    roots.im[k] = -Math.sin((2 * Math.PI * k) / n);
  }
  return roots;
}

/** Cooley and Tukey's decimation in time, recursive, for lengths of small prime factors. */
class MixedRadixTransform implements FourierTransform {
  private readonly roots: Complex;
  private readonly held: Complex;

  constructor(
    readonly length: number,
    private readonly radices: readonly number[],
  ) {
    this.roots = rootsOfUnity(length);
    this.held = complexZeros(Math.max(1, ...radices));
  }

  transform(input: Complex, output: Complex): void {
    this.step(input, 0, 1, output, 0, this.length, 0);
  }

  /** Transforms `n` numbers of the input, `stride` apart, into consecutive ones of the output. */
  private step(input: Complex, from: number, stride: number, output: Complex, to: number, n: number, level: number): void {
    if (n === 1) {
      output.re[to] = input.re[from] as number;
      output.im[to] = input.im[from] as number;
      return;
    }
    const radix = this.radices[level] as number;
    const part = n / radix;
    for (let r = 0; r < radix; r++) this.step(input, from + r * stride, stride * radix, output, to + r * part, part, level + 1);
    if (radix === 4) this.joinFour(output, to, part, stride);
    else this.join(output, to, radix, part, stride);
  }

  /** Joins `radix` transforms of `part` numbers, which stand one after the other, into one. */
  private join({ re, im }: Complex, to: number, radix: number, part: number, stride: number): void {
    const { roots, held, length } = this;
    for (let j = 0; j < part; j++) {
      for (let r = 0; r < radix; r++) {
        const at = to + j + r * part;
        const [wr, wi] = [roots.re[stride * r * j] as number, roots.im[stride * r * j] as number];
        const [xr, xi] = [re[at] as number, im[at] as number];
        held.re[r] = xr * wr - xi * wi;
        held.im[r] = xr * wi + xi * wr;
      }
      for (let q = 0; q < radix; q++) {
        let sumRe = held.re[0] as number;
        let sumIm = held.im[0] as number;
        for (let r = 1, at = 0; r < radix; r++) {
          at = (at + stride * part * q) % length;
          const [wr, wi] = [roots.re[at] as number, roots.im[at] as number];
          const [xr, xi] = [held.re[r] as number, held.im[r] as number];
          sumRe += xr * wr - xi * wi;
          sumIm += xr * wi + xi * wr;
        }
        re[to + j + q * part] = sumRe;
        im[to + j + q * part] = sumIm;
      }
    }
  }

  /** `join` for radix 4, whose own roots are 1, -i, -1 and i: three quarters of the work of most lengths. */
  private joinFour({ re, im }: Complex, to: number, part: number, stride: number): void {
    const { re: cos, im: sin } = this.roots;
    for (let j = 0; j < part; j++) {
      const [a, b, c, d] = [to + j, to + j + part, to + j + 2 * part, to + j + 3 * part];
      const [k1, k2, k3] = [stride * j, 2 * stride * j, 3 * stride * j];
      const br = (re[b] as number) * (cos[k1] as number) - (im[b] as number) * (sin[k1] as number);
      const bi = (re[b] as number) * (sin[k1] as number) + (im[b] as number) * (cos[k1] as number);
      const cr = (re[c] as number) * (cos[k2] as number) - (im[c] as number) * (sin[k2] as number);
      const ci = (re[c] as number) * (sin[k2] as number) + (im[c] as number) * (cos[k2] as number);
      const dr = (re[d] as number) * (cos[k3] as number) - (im[d] as number) * (sin[k3] as number);
      const di = (re[d] as number) * (sin[k3] as number) + (im[d] as number) * (cos[k3] as number);
      const evenRe = (re[a] as number) + cr;
      const evenIm = (im[a] as number) + ci;
      const gapRe = (re[a] as number) - cr;
      const gapIm = (im[a] as number) - ci;
      re[a] = evenRe + br + dr;
      im[a] = evenIm + bi + di;
      re[b] = gapRe + bi - di;
      im[b] = gapIm - br + dr;
      re[c] = evenRe - br - dr;
      im[c] = evenIm - bi - di;
      re[d] = gapRe - bi + di;
      im[d] = gapIm + br - dr;
    }
  }
}

/** Bluestein's way: a transform of any length as a convolution with a chirp, which transforms of a power of two compute. */
class ChirpTransform implements FourierTransform {
  private readonly inner: FourierTransform;
  private readonly chirp: Complex;
  private readonly spectrum: Complex;
  private readonly a: Complex;
  private readonly b: Complex;

  constructor(readonly length: number) {
    const size = 2 ** Math.ceil(Math.log2(2 * length - 1));
    this.inner = fourierTransform(size);
    this.chirp = complexZeros(length);
    this.a = complexZeros(size);
    this.b = complexZeros(size);
    this.spectrum = complexZeros(size);
    for (let k = 0; k < length; k++) {
      // The angle goes round every 2 N: reduced first, as k^2 would cost it its last digits.
      const angle = (Math.PI * ((k * k) % (2 * length))) / length;
      this.chirp.re[k] = Math.cos(angle);
      this.chirp.im[k] = -Math.sin(angle);
      for (const at of k === 0 ? [0] : [k, size - k]) {
        this.a.re[at] = Math.cos(angle);
        this.a.im[at] = Math.sin(angle);
      }
    }
    this.inner.transform(this.a, this.spectrum);
  }

  transform(input: Complex, output: Complex): void {
    const { inner, chirp, spectrum, a, b, length } = this;
    a.re.fill(0);
    a.im.fill(0);
    multiply(input, chirp, a, length);
    inner.transform(a, b);
    multiply(b, spectrum, a, inner.length);
    // The inverse, by exchanged parts.
    inner.transform(exchanged(a), exchanged(b));
    for (let k = 0; k < length; k++) {
      b.re[k] = (b.re[k] as number) / inner.length;
      b.im[k] = (b.im[k] as number) / inner.length;
    }
    multiply(b, chirp, output, length);
  }
}

const exchanged = ({ re, im }: Complex): Complex => ({ re: im, im: re });

function multiply(x: Complex, y: Complex, product: Complex, count: number): void {
  for (let k = 0; k < count; k++) {
    const [xr, xi, yr, yi] = [x.re[k] as number, x.im[k] as number, y.re[k] as number, y.im[k] as number];
    product.re[k] = xr * yr - xi * yi;
    product.im[k] = xr * yi + xi * yr;
  }
}

/** The discrete Fourier transform of images of one size; rows of `width` numbers, from the top. */
export class ImageTransform {
  private readonly ofRow: FourierTransform;
  private readonly ofColumn: FourierTransform;
  private readonly lines: { readonly row: readonly [Complex, Complex]; readonly column: readonly [Complex, Complex] };

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.ofRow = fourierTransform(width);
    this.ofColumn = width === height ? this.ofRow : fourierTransform(height);
    this.lines = { row: [complexZeros(width), complexZeros(width)], column: [complexZeros(height), complexZeros(height)] };
  }

  /** In place, without a factor. */
  forward(image: Complex): void {
    const { width, height } = this;
    for (let y = 0; y < height; y++) along(image, y * width, 1, this.ofRow, this.lines.row);
    for (let x = 0; x < width; x++) along(image, x, width, this.ofColumn, this.lines.column);
  }

  /** In place, divided by width x height. */
  inverse(image: Complex): void {
    this.forward(exchanged(image));
    const size = this.width * this.height;
    for (let i = 0; i < size; i++) {
      image.re[i] = (image.re[i] as number) / size;
      image.im[i] = (image.im[i] as number) / size;
    }
  }
}

/** Transforms one line of an image in place. */
function along(
  { re, im }: Complex,
  from: number,
  stride: number,
  transform: FourierTransform,
  [input, output]: readonly [Complex, Complex],
) {
  for (let i = 0, at = from; i < transform.length; i++, at += stride) {
    input.re[i] = re[at] as number;
    input.im[i] = im[at] as number;
  }
  transform.transform(input, output);
  for (let i = 0, at = from; i < transform.length; i++, at += stride) {
    re[at] = output.re[i] as number;
    im[at] = output.im[i] as number;
  }
}
