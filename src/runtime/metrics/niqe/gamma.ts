const g = 607 / 128;
const coefficients = [
  0.9999999999999971, 57.15623566586292, -59.59796035547549, 14.136097974741746, -0.4919138160976202, 3.399464998481189e-5,
  4.652362892704858e-5, -9.837447530487956e-5, 0.0001580887032249125, -0.00021026444172410488, 0.00021743961811521265,
  -0.0001643181065367639, 8.441822398385275e-5, -2.6190838401581408e-5, 3.6899182659531625e-6,
] as const;

/** The gamma function of a positive number, to about 14 digits (Lanczos 1964, with Godfrey's coefficients). */
export function gamma(x: number): number {
  const t = x - 1;
  const sum = coefficients.reduce((total, coefficient, i) => (i === 0 ? coefficient : total + coefficient / (t + i)), 0);
  const base = t + g + 0.5;
  // In two factors, for base ** x alone overflows from 140 on.
  const half = base ** ((t + 0.5) / 2);
  return Math.sqrt(2 * Math.PI) * half * Math.exp(-base) * half * sum;
}
