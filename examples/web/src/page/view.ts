interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where a picture stands in the frame that shows it, in CSS pixels: its left top corner and its size. */
export interface View extends Size {
  readonly x: number;
  readonly y: number;
}

/** The whole picture. The frame has its proportions. */
export function wholeView({ width, height }: Size): View {
  return { x: 0, y: 0, width, height };
}

/**
 * The picture pixel by pixel.
 * @param pixelRatio pixels of the screen to a CSS pixel.
 * @param centre the point of the picture, each coordinate from 0 to 1, that comes to the middle of the frame if the edges allow it.
 */
export function pixelView(picture: Size, frame: Size, pixelRatio: number, centre: { readonly x: number; readonly y: number }): View {
  const width = picture.width / pixelRatio;
  const height = picture.height / pixelRatio;
  return kept({ x: frame.width / 2 - centre.x * width, y: frame.height / 2 - centre.y * height, width, height }, frame);
}

/** The view moved, but not past the edges of the picture. */
export function panned(view: View, x: number, y: number, frame: Size): View {
  return kept({ ...view, x: view.x + x, y: view.y + y }, frame);
}

function kept(view: View, frame: Size): View {
  return { ...view, x: within(view.x, view.width, frame.width), y: within(view.y, view.height, frame.height) };
}

/** A picture that is shorter than the frame stands in its middle. */
function within(position: number, length: number, frame: number): number {
  return length <= frame ? (frame - length) / 2 : Math.min(0, Math.max(frame - length, position));
}

/** Where a key moves the border between before and after, in percent of the frame; undefined for other keys. */
export function splitAfterKey(split: number, key: string, large: boolean): number | undefined {
  const step = large ? 10 : 1;
  const targets: Readonly<Record<string, number>> = {
    ArrowLeft: split - step,
    ArrowDown: split - step,
    ArrowRight: split + step,
    ArrowUp: split + step,
    PageDown: split - 10,
    PageUp: split + 10,
    Home: 0,
    End: 100,
  };
  const target = targets[key];
  return target === undefined ? undefined : Math.min(100, Math.max(0, target));
}
