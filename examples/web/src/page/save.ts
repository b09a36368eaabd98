import { resultName, type SavedFormat } from './result-name.js';

/** Lets the browser save the canvas at full size. JPEG has no transparency: what shines through is white. @throws when it cannot be encoded. */
export async function save(canvas: HTMLCanvasElement, name: string, format: SavedFormat): Promise<void> {
  const picture = format === 'image/jpeg' ? onWhite(canvas) : canvas;
  const blob = await new Promise<Blob | null>((resolve) => picture.toBlob(resolve, format, 0.95));
  if (blob === null) throw new Error('the browser could not encode it');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = resultName(name, format);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function onWhite(canvas: HTMLCanvasElement): HTMLCanvasElement {
  const copy = document.createElement('canvas');
  copy.width = canvas.width;
  copy.height = canvas.height;
  const context = copy.getContext('2d', { alpha: false });
  if (context === null) throw new Error('there is no memory for it');
  context.fillStyle = 'white';
  context.fillRect(0, 0, copy.width, copy.height);
  context.drawImage(canvas, 0, 0);
  return copy;
}
