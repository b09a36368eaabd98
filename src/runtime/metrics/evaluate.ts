import { type Pair, type RGBImage, readImage, reduceByMeans, reducible, type SampleRoles } from '../data/index.js';
import { enlarge, enlargedText } from './enlarge.js';
import { checkFiles, measureImage, protocolsOf, requireMeasurable } from './measure.js';
import type { ReadyMetric } from './metric.js';
import { type Protocols, protocolOf } from './protocol.js';
import { readyDefaultMetrics } from './registry.js';
import { type ImageScore, type MetricResults, meanScores, partialCounts, type ScoreCounts, type Scores } from './results.js';

/** Metrics of one pair: of the output against the truth, at whose size they are taken, and of the input, enlarged to it where the network enlarges. */
export interface PairScore extends ImageScore {
  readonly input: Scores;
}

export interface Evaluation extends MetricResults<PairScore> {
  /** Means of the images before the network. */
  readonly input: Scores;
  /** Over how many images these are; absent where each is over all. */
  readonly inputCounts?: ScoreCounts;
  /** What happened to the input before it was measured itself; absent where nothing did. */
  readonly inputAs?: string;
  /** What happened to the network's output before it was measured. */
  readonly output: string;
}

/** What makes of an image another that is `scale` times as high and wide. */
export interface MeasuredNetwork {
  readonly scale: number;
  enhance(image: RGBImage): Promise<RGBImage>;
}

/** Which picture of a pair is put to the network, and which is compared with what it makes of it. */
export type PairRoles = Required<SampleRoles>;

/**
 * Looks at the headers of pairs as `evaluatePairs` will at their pictures, before the first is enhanced or anything is trained.
 * @param scale how many times as high and wide as what it sees the network's output is. @throws RuntimeFailure with a line for each picture that cannot be measured.
 */
export async function checkPairs(
  pairs: readonly Pair[],
  { input, truth, reduction }: PairRoles,
  scale: number,
  metrics: readonly ReadyMetric[],
): Promise<void> {
  const measured = pairs.map(({ name, files }) => ({ name, image: files[input] as string, reference: files[truth] as string }));
  await checkFiles(measured, metrics, scale / reduction, reduction);
}

/**
 * Measures what a network makes of the inputs of pairs against their truths.
 * @param pairs with the roles given; the truth has to be `scale` times as large as the input that the network sees.
 * @param done called after each pair.
 * @param metrics by default PSNR and SSIM.
 * @throws RuntimeFailure when an image cannot be read or is too small for a metric, or when a pair's sizes do not go together.
 */
export async function evaluatePairs(
  pairs: readonly Pair[],
  roles: PairRoles,
  network: MeasuredNetwork,
  done: (count: number) => void = () => undefined,
  metrics: readonly ReadyMetric[] = readyDefaultMetrics,
): Promise<Evaluation> {
  const { scale } = network;
  const images: PairScore[] = [];
  for (const { name, files } of pairs) {
    const path = files[roles.input] as string;
    const truthPath = files[roles.truth] as string;
    const [stored, whole] = await Promise.all([readImage(path, 'training'), readImage(truthPath, 'training')]);
    requireMeasurable(metrics, { path, ...stored }, { path: truthPath, ...whole }, scale / roles.reduction, roles.reduction);
    const [input, truth] = [reduceByMeans(stored, roles.reduction), reducible(whole, roles.reduction)];
    const output = await network.enhance(input);
    images.push({
      name,
      width: truth.width,
      height: truth.height,
      scores: measureImage(metrics, output, truth),
      input: measureImage(metrics, enlarge(input, scale), truth),
    });
    done(images.length);
  }
  const [outputs, inputs] = [images.map(({ scores }) => scores), images.map(({ input }) => input)];
  const [counts, inputCounts] = [partialCounts(outputs), partialCounts(inputs)];
  return {
    mean: meanScores(outputs),
    ...(counts && { counts }),
    input: meanScores(inputs),
    ...(inputCounts && { inputCounts }),
    ...(scale > 1 && { inputAs: `${enlargedText(scale)} before it is measured` }),
    images,
    output: 'clipped and rounded to 8 bits before it is measured',
    protocols: evaluationProtocols(metrics, roles),
  };
}

/** The protocols of an evaluation: those of the metrics, and what was done to the input where it was reduced for the network. */
export function evaluationProtocols(metrics: readonly ReadyMetric[], { input, truth, reduction }: PairRoles): Protocols {
  const protocols = protocolsOf(metrics);
  if (reduction === 1) return protocols;
  const picture = input === truth ? 'the reference' : 'the partner of the reference';
  const reduced = `${picture}, reduced ${reduction} times by means over ${reduction}x${reduction} pixels, 8 bits`;
  return Object.fromEntries(
    Object.entries(protocols).map(([name, { settings }]) => [name, protocolOf(name, { ...settings, 'input of the network': reduced })]),
  );
}
