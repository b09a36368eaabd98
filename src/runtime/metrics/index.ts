export { type Evaluation, evaluatePairs, type ImageScore, protocol } from './evaluate.js';
export { psnr, psnrOfEqualImages } from './psnr.js';
export { ssim, ssimWindow } from './ssim.js';
