import type { RuntimeFailure } from '../files/index.js';
import type { SharedRing } from './batch-ring.js';
import type { Sampling } from './patch-sampler.js';
import type { SharedPictures } from './picture-store.js';
import type { CheckedSource } from './sample-source.js';

/** What a worker is given when it starts. */
export interface WorkerData {
  readonly pictures: SharedPictures;
}

/** What a worker is asked to do. */
export type WorkerRequest =
  /** Decode the pictures that have a place, each the next one that no other worker has: `counter` counts them. */
  | { readonly kind: 'fill'; readonly counter: Int32Array }
  /** Fill a ring with batches until it ends or is stopped. */
  | {
      readonly kind: 'batches';
      readonly ring: SharedRing;
      readonly id: number;
      readonly sources: readonly CheckedSource[];
      readonly sampling: Sampling;
    }
  | { readonly kind: 'close' };

/** What a worker says. */
export type WorkerReply =
  /** A picture was looked at; one that failed is read again where reasons are asked for. */
  | { readonly kind: 'filled'; readonly number: number; readonly failed: boolean }
  /** There is nothing left to fill. */
  | { readonly kind: 'full' }
  /** A batch is in its slot of the ring with this id. */
  | { readonly kind: 'ready'; readonly id: number }
  | {
      readonly kind: 'failed';
      readonly id: number;
      readonly step: number;
      readonly failure: { readonly kind: RuntimeFailure['kind']; readonly message: string };
    };
