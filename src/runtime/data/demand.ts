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
  const side = Math.ceil(window / reduction) * reduction;
  const multiple = reduction === 1 ? '' : `, as ${window} is rounded up to a multiple of ${reduction}, by which the network enlarges`;
  return {
    images: 'validation images',
    height: side,
    width: side,
    tooSmall: `too small to be measured: SSIM needs at least ${side}x${side}${multiple}`,
    remedy: 'Leave it out of data.validation.',
  };
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
