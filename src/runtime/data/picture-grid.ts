import { crop, type RGBImage } from './pixels.js';

/** Pixels between images of a grid. */
const gap = 4;

/** Puts images side by side and rows below each other on white, a narrow gap between them. */
export function joinGrid(rows: readonly (readonly RGBImage[])[]): RGBImage {
  const rowWidth = (row: readonly RGBImage[]) => row.reduce((sum, { width }) => sum + width + gap, -gap);
  const rowHeight = (row: readonly RGBImage[]) => Math.max(...row.map(({ height }) => height));
  const width = Math.max(...rows.map(rowWidth));
  const height = rows.reduce((sum, row) => sum + rowHeight(row) + gap, -gap);
  const data = new Uint8Array(width * height * 3).fill(255);
  let top = 0;
  for (const row of rows) {
    let left = 0;
    for (const image of row) {
      for (let y = 0; y < image.height; y++) {
        data.set(image.data.subarray(y * image.width * 3, (y + 1) * image.width * 3), ((top + y) * width + left) * 3);
      }
      left += image.width + gap;
    }
    top += rowHeight(row) + gap;
  }
  return { width, height, data };
}

/** A row of a grid whose images have one size. */
export interface GridRow {
  readonly width: number;
  readonly height: number;
  /** Images in the row. */
  readonly count: number;
}

/** Takes the grid that `joinGrid` made apart again. @returns undefined where the rows do not fill the grid, which is then another's. */
export function splitGrid(grid: RGBImage, rows: readonly GridRow[]): RGBImage[][] | undefined {
  const width = Math.max(0, ...rows.map((row) => row.count * (row.width + gap) - gap));
  const height = rows.reduce((sum, row) => sum + row.height + gap, -gap);
  if (grid.width !== width || grid.height !== height) return undefined;
  let top = 0;
  return rows.map((row) => {
    const images = Array.from({ length: row.count }, (_, i) => crop(grid, i * (row.width + gap), top, row.width, row.height));
    top += row.height + gap;
    return images;
  });
}
