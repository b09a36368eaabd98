/** The colours of RGBA samples. */
export function withoutAlpha(pixels: Uint8ClampedArray): Uint8Array {
  const colours = new Uint8Array((pixels.length / 4) * 3);
  for (let from = 0, to = 0; from < pixels.length; from += 4, to += 3) {
    colours[to] = pixels[from] as number;
    colours[to + 1] = pixels[from + 1] as number;
    colours[to + 2] = pixels[from + 2] as number;
  }
  return colours;
}

/** Writes RGB samples over the colours of RGBA samples; their alpha stays. */
export function withAlpha(colours: Uint8Array, pixels: Uint8ClampedArray): void {
  for (let from = 0, to = 0; from < colours.length; from += 3, to += 4) {
    pixels[to] = colours[from] as number;
    pixels[to + 1] = colours[from + 1] as number;
    pixels[to + 2] = colours[from + 2] as number;
  }
}
