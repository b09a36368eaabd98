/** The most steps of each stage: one number for all, or one by the name of a stage; a stage without one is not limited. */
export type StepLimit = number | ReadonlyMap<string, number>;

/** The most steps that a stage may have. */
export function stepsAllowed(limit: StepLimit | undefined, stage: string): number {
  return (typeof limit === 'object' ? limit.get(stage) : limit) ?? Number.POSITIVE_INFINITY;
}
