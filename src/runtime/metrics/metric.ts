import type { RGBImage } from '../data/index.js';
import { type Protocol, type ProtocolSettings, protocolOf } from './protocol.js';

/** What is said of a metric beside its numbers. */
interface Described {
  /** As `--metric` takes it and results name it: `psnr_y`. */
  readonly name: string;
  /** As tables head it: `PSNR (Y)`. */
  readonly title: string;
  /** One line for lists of metrics: what it measures, and the paper. */
  readonly summary: string;
  readonly unit?: string;
  readonly better: 'higher' | 'lower';
  /** Digits behind the point in tables; JSON and CSV have all. */
  readonly decimals: number;
  /** Least width and height of an image, in pixels. */
  readonly smallestSide: number;
  /** Images that it gives no number for: 'images without any structure'. Such a number is NaN. */
  readonly undefinedFor?: string;
  /** How the number is taken. Numbers of different settings are not comparable, so a fact that changes them belongs here. */
  readonly protocol: ProtocolSettings;
}

/** Compares an image with what it should look like. Both are 8-bit sRGB and of the same size. */
export interface FullReferenceMetric extends Described {
  readonly kind: 'full-reference';
  measure(image: RGBImage, reference: RGBImage): number;
}

/** Judges an image by itself. */
export interface NoReferenceMetric extends Described {
  readonly kind: 'no-reference';
  measure(image: RGBImage): number;
}

/** Judges an image by itself, with a model that was fitted to other images and comes in a file. */
export interface FittedMetric extends Described {
  readonly kind: 'fitted';
  readonly model: ModelNeed;
  /** Reads the model. @throws RuntimeFailure whose message starts with the file's path. */
  open(file: ModelFile): FittedModel;
}

export type Metric = FullReferenceMetric | NoReferenceMetric | FittedMetric;

/** Which file a fitted metric needs. */
export interface ModelNeed {
  /** What is in the file, for the message that it is missing: 'the ranges and support vectors of its release, as JSON'. */
  readonly content: string;
  /** Path of the one that the package ships, where it ships one. */
  readonly shipped?: string;
}

export interface ModelFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface FittedModel {
  /** Settings that the model adds to the metric's protocol; at least what tells this model from another. */
  readonly protocol: ProtocolSettings;
  measure(image: RGBImage): number;
}

/** A metric that can measure: its model, where it has one, is read. */
export interface ReadyMetric {
  readonly metric: Metric;
  readonly protocol: Protocol;
  /** @param reference needed by full-reference metrics, ignored by others. */
  measure(image: RGBImage, reference: RGBImage | undefined): number;
}

/** Makes a metric without a model ready. */
export function readyMetric(metric: FullReferenceMetric | NoReferenceMetric): ReadyMetric {
  return {
    metric,
    protocol: protocolOf(metric.name, metric.protocol),
    measure(image, reference) {
      if (metric.kind === 'no-reference') return metric.measure(image);
      if (reference === undefined) throw new Error(`${metric.name} was asked to measure without a reference`);
      return metric.measure(image, reference);
    },
  };
}
