/** How large the images of a set have to be, and how those that are not are spoken of. */
export interface Demand {
  /** 'training images' */
  readonly images: string;
  /** Smallest height and width in pixels. */
  readonly height: number;
  readonly width: number;
  /** What is wrong with an image below that, as the rest of a sentence that has told its size. */
  readonly tooSmall: string;
  readonly remedy: string;
}

/** What a training demands: a patch of this height and width has to fit. */
export function patchDemand([height, width]: readonly [number, number]): Demand {
  return {
    images: 'training images',
    height,
    width,
    tooSmall: `smaller than a patch of ${width}x${height} (width x height)`,
    remedy: 'Remove it or set a smaller training.patch.',
  };
}

/**
 * What measuring demands: the window of SSIM has to fit into the part of an image that is measured.
 * @param reduction by which the input is reduced for the network; what is measured is a multiple of it.
 */
export function measureDemand(window: number, reduction: number): Demand {
  const { side, because } = smallestReducible(window, reduction);
  return {
    images: 'validation images',
    height: side,
    width: side,
    tooSmall: `too small to be measured: SSIM needs at least ${side}x${side}${because}`,
    remedy: 'Leave it out of data.validation.',
  };
}

/**
 * The smallest height and width of a picture of which at least `side` pixels are measured where it is reduced for a network.
 * @returns with why it is more than that, as the rest of a sentence.
 */
export function smallestReducible(side: number, reduction: number): { readonly side: number; readonly because: string } {
  const because = reduction === 1 ? '' : `, as ${side} is rounded up to a multiple of ${reduction}, by which the network enlarges`;
  return { side: Math.ceil(side / reduction) * reduction, because };
}

/** A file with the size of its upright image. */
export interface SizedFile {
  readonly path: string;
  readonly width: number;
  readonly height: number;
}

/** What is wrong with the sizes of the files of one sample. */
export interface SizeFault {
  readonly path: string;
  readonly fault: 'other-size' | 'too-small';
  /** The rest of a sentence that begins with the path. */
  readonly problem: string;
  readonly remedy?: string;
}

/** The first thing wrong with the sizes of files that show the same scene. */
export function sizeFault(files: readonly SizedFile[], demand: Demand): SizeFault | undefined {
  const [first, ...others] = files;
  if (first === undefined) return undefined;
  for (const { path, width, height } of others) {
    if (width === first.width && height === first.height) continue;
    const problem = `is ${width}x${height} pixels, its partner ${first.path} is ${first.width}x${first.height}`;
    return { path, fault: 'other-size', problem };
  }
  if (first.height >= demand.height && first.width >= demand.width) return undefined;
  const problem = `is ${first.width}x${first.height} pixels, ${demand.tooSmall}`;
  return { path: first.path, fault: 'too-small', problem, remedy: demand.remedy };
}
