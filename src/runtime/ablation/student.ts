/** Logarithm of the gamma function for x > 0: Stirling's series above 12, the recurrence below it. */
function logGamma(x: number): number {
  let [shift, argument] = [0, x];
  while (argument < 12) {
    shift += Math.log(argument);
    argument += 1;
  }
  const square = argument * argument;
  const series = (1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * square)) / square) / square) / argument;
  return (argument - 0.5) * Math.log(argument) - argument + 0.5 * Math.log(2 * Math.PI) + series - shift;
}

/** The continued fraction of the incomplete beta function, by the modified method of Lentz (DLMF 8.17.22). */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    for (const coefficient of [even, odd]) {
      d = 1 / away(1 + coefficient * d);
      c = away(1 + coefficient / c);
      fraction *= c * d;
    }
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return fraction;
}

/** Regularised incomplete beta function I_x(a, b). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(x, a, b)) / a : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

/**
 * The t for which Student's distribution has so much between -t and t.
 * @param confidence 0 to 1, both excluded. @param freedom degrees of freedom, from 1.
 */
export function studentBound(confidence: number, freedom: number): number {
  // Outside of [-t, t] lies I_x(freedom / 2, 1 / 2) with x = freedom / (freedom + t^2), which rises with x.
  let [low, high] = [0, 1];
  for (let i = 0; i < 200 && high - low > 1e-16 * high; i++) {
    const middle = (low + high) / 2;
    if (incompleteBeta(middle, freedom / 2, 0.5) < 1 - confidence) low = middle;
    else high = middle;
  }
  const x = (low + high) / 2;
  return Math.sqrt((freedom * (1 - x)) / x);
}
