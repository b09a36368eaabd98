import type { EngineName } from '../engine.js';

/** Engines whose library is TensorFlow's, with a binding compiled here. */
export const tensorflowEngines = ['tfjs-node', 'tfjs-node-gpu'] as const satisfies readonly EngineName[];
export type TensorFlowEngineName = (typeof tensorflowEngines)[number];

/** Engines whose library is an npm package that carries its binary. */
export const packageEngines = ['tfjs-webgpu'] as const satisfies readonly EngineName[];
export type PackageEngineName = (typeof packageEngines)[number];

/** Engines that `mfnc engine install` can set up. */
export const installableEngines = [...tensorflowEngines, ...packageEngines] as const;
export type InstallableEngine = (typeof installableEngines)[number];

export function isInstallable(name: string): name is InstallableEngine {
  return (installableEngines as readonly string[]).includes(name);
}

/** A package of the npm registry, pinned by the hash of its tarball. */
export interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  /** Base64 of the tarball's SHA-512, as npm's lock files write it after 'sha512-'. */
  readonly sha512: string;
}

/** A wheel of the Python package index, pinned by the hash of the file. */
export interface PinnedWheel {
  readonly distribution: string;
  readonly version: string;
  readonly fileName: string;
  /** Hexadecimal, as `pip hash` prints it. */
  readonly sha256: string;
  /** Size of the file in bytes. */
  readonly bytes: number;
}

/** What is downloaded for an engine on TensorFlow, and how much room it takes. */
export interface TensorFlowRecipe {
  readonly engine: TensorFlowEngineName;
  /** The tfjs-node package: only the C++ sources of its binding are used. */
  readonly binding: PinnedPackage;
  /** Node's C headers for the binding. */
  readonly headers: PinnedPackage;
  /** TensorFlow's official wheel: its C library is what the binding calls. */
  readonly wheel: PinnedWheel;
  /** Bytes needed on the disk while installing: the wheel, pip's temporary copy of it, and what is unpacked. */
  readonly roomNeeded: number;
}

/** What is downloaded for an engine that comes as an npm package. */
export interface PackageRecipe {
  readonly engine: PackageEngineName;
  readonly package: PinnedPackage;
  /** Bytes needed on the disk while installing. */
  readonly roomNeeded: number;
}

export type Recipe = TensorFlowRecipe | PackageRecipe;

export function isPackageRecipe(recipe: Recipe): recipe is PackageRecipe {
  return 'package' in recipe;
}

/**
 * The wheel is chosen independently of the Python that pip runs on: nothing of Python's in it is used, and the C library is the same in
 * the wheels of all Python versions.
 */
export const wheelTags = { pythonVersion: '3.11', implementation: 'cp', abi: 'cp311', platform: 'manylinux_2_27_x86_64' } as const;

const tfjsNodeVersion = '4.22.0';
const tensorflowVersion = '2.21.0';

const headers: PinnedPackage = {
  name: 'node-api-headers',
  version: '1.5.0',
  sha512: 'Yi/FgnN8IU/Cd6KeLxyHkylBUvDTsSScT0Tna2zTrz8klmc8qF2ppj6Q1LHsmOueJWhigQwR4cO2p0XBGW5IaQ==',
};

export const recipes: Readonly<Record<TensorFlowEngineName, TensorFlowRecipe> & Record<PackageEngineName, PackageRecipe>> = {
  'tfjs-node': {
    engine: 'tfjs-node',
    binding: {
      name: '@tensorflow/tfjs-node',
      version: tfjsNodeVersion,
      sha512: 'uHrXeUlfgkMxTZqHkESSV7zSdKdV0LlsBeblqkuKU9nnfxB1pC6DtoyYVaLxznzZy7WQSegjcohxxCjAf6Dc7w==',
    },
    headers,
    wheel: {
      distribution: 'tensorflow-cpu',
      version: tensorflowVersion,
      fileName: 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
      sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
      bytes: 273_829_956,
    },
    roomNeeded: 1_500_000_000,
  },
  'tfjs-node-gpu': {
    engine: 'tfjs-node-gpu',
    binding: {
      name: '@tensorflow/tfjs-node-gpu',
      version: tfjsNodeVersion,
      sha512: 'p//NN6DGiN4hInUmIkRffaFVMcdTREUMjPyjW04J7OXvB2zBlQimj61eFKSgRrH3f5TnOfKzb0n56he/B6a4bw==',
    },
    headers,
    wheel: {
      distribution: 'tensorflow',
      version: tensorflowVersion,
      fileName: 'tensorflow-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
      sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
      bytes: 572_440_367,
    },
    roomNeeded: 2_500_000_000,
  },
  'tfjs-webgpu': {
    engine: 'tfjs-webgpu',
    package: {
      name: 'webgpu',
      version: '0.6.2',
      sha512: '3L4GfmqJLvYUIEWJngEQY+2HQiUlAFkg8+P8NDDj3Xx5hHHIFO/r8JW+ynfqBj7kHN4mbnwO74uB+lrRtLhp4Q==',
    },
    roomNeeded: 250_000_000,
  },
};

/** Name of an engine's folder: another version of anything is another folder. */
export function folderName(recipe: Recipe): string {
  if (isPackageRecipe(recipe)) return `${recipe.engine}-${recipe.package.name}-${recipe.package.version}`;
  return `${recipe.engine}-${recipe.binding.version}-tensorflow-${recipe.wheel.version}`;
}
