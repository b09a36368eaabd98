export { enlarge, enlargedText } from './enlarge.js';
export { checkPairs, type Evaluation, evaluatePairs, evaluationProtocols, type PairRoles, type PairScore } from './evaluate.js';
export { checkFiles, type MeasuredFile, measureFiles, protocolsOf, undefinedScores } from './measure.js';
export type { FittedMetric, Metric, ReadyMetric } from './metric.js';
export { type NamedModel, type NamedModels, prepareMetrics } from './model-files.js';
export { type FitOptions, fitNIQE, formatNIQEModel } from './niqe/fit.js';
export { type Measured, type Protocol, type Protocols, protocolText, requireOneProtocol } from './protocol.js';
export { psnr } from './psnr.js';
export { metricResultsSchema, readResults, scoresSchema } from './read-results.js';
export { defaultMetrics, fittedMetrics, metrics, metricsNamed } from './registry.js';
export {
  type ImageScore,
  isScore,
  type MetricResults,
  meanScores,
  partialCounts,
  type ScoreCounts,
  type Scores,
  wholeMeans,
} from './results.js';
export { ssim } from './ssim.js';
export { ssimWindow } from './structural-similarity.js';
