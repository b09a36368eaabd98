/**
 * What the page and its worker tell each other. A job is one photograph; its number is the page's, and each later job takes the place of the earlier.
 */

/** Engines of tfjs, the fastest first. */
export const backendNames = ['webgpu', 'wasm', 'cpu'] as const;
export type BackendName = (typeof backendNames)[number];

export type ToWorker =
  /** The first message: where the compiled network lies, and the backend that the address of the page asks for. */
  | { readonly type: 'start'; readonly model: string; readonly backend: BackendName | undefined }
  | { readonly type: 'enhance'; readonly job: number; readonly file: Blob }
  /** No more tiles of any job. */
  | { readonly type: 'cancel' };

export type FromWorker =
  /** Which backend was chosen, and why not a faster one. Again when it changes. */
  | { readonly type: 'backend'; readonly name: BackendName; readonly threads: number; readonly note: string | undefined }
  /** The photograph has been decoded; sizes in pixels, upright. */
  | { readonly type: 'opened'; readonly job: number; readonly width: number; readonly height: number; readonly tiles: number }
  /** Rows of the result from `top` on, as wide as the photograph. */
  | { readonly type: 'rows'; readonly job: number; readonly top: number; readonly rows: ImageData }
  | { readonly type: 'progress'; readonly job: number; readonly done: number }
  | { readonly type: 'finished'; readonly job: number; readonly seconds: number }
  /** A sentence for the visitor. After a failure with `restart` the worker is of no more use. Without a job: the network could not be loaded. */
  | { readonly type: 'failed'; readonly job: number | undefined; readonly sentence: string; readonly restart: boolean };
