/** Providers of onnxruntime (its word for what runs nodes) that graphs are written for. */
export type Provider = 'cpu' | 'webgpu';
