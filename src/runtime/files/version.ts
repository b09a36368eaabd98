import { createRequire } from 'node:module';

const manifest: { version: string } = createRequire(import.meta.url)('../../../package.json');

/** Version of mfnc, recorded in what it writes. */
export const mfncVersion: string = manifest.version;
