/** What PSNR is said to be where two images are equal and it would be infinite, in dB. */
export const psnrOfEqualImages = 100;

/** Peak signal-to-noise ratio, 10 log10(255^2 / MSE), of two lists of samples from 0 to 255, in dB; at most `psnrOfEqualImages`. */
export function signalToNoise(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    sum += difference * difference;
  }
  if (sum === 0) return psnrOfEqualImages;
  return Math.min(psnrOfEqualImages, 10 * Math.log10((255 * 255 * a.length) / sum));
}

/** What the protocols of PSNR have in common. */
export const psnrProtocol = { samples: '8 bits', peak: 255, border: 0, 'equal images': `${psnrOfEqualImages} dB` } as const;
