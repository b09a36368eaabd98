import type { DrawnPatch } from '../../data/index.js';

/** What a batch of a source was cut from. */
export interface BatchOrigin {
  readonly roles: readonly string[];
  readonly patches: readonly DrawnPatch[];
}

/** A line for each patch of a batch: the files, and where in them it lies. */
export function describeBatch(origins: readonly BatchOrigin[]): string[] {
  return origins.flatMap(({ roles, patches }) => patches.map((patch) => `${roles.join(' and ')}: ${describePatch(patch)}`));
}

/** 'low/1.png and normal/1.png, 24x24 at 12,8, mirrored': width x height, left and top. */
function describePatch({ files, region: { left, top, width, height }, mirrored }: DrawnPatch): string {
  return `${files.join(' and ')}, ${width}x${height} at ${left},${top}${mirrored ? ', mirrored' : ''}`;
}
