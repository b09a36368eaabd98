/**
 * The sections that say how losses change weights, with their settings in the order in which they are listed: the optimiser, what is done to gradients
 * before it, and the moving averages of the weights after it.
 */
export const optimizerSections = {
  adam: ['rate', 'beta1', 'beta2', 'epsilon', 'weight_decay'],
  gradients: ['clip_value', 'clip_norm', 'log_norm'],
  ema: ['decay'],
} as const;

export type OptimizerSectionName = keyof typeof optimizerSections;

export const optimizerSectionNames = Object.keys(optimizerSections) as readonly OptimizerSectionName[];

/** Settings that may depend on `step` and `epoch`. */
export const scheduledSettings: ReadonlySet<string> = new Set(['rate', 'decay']);

/** Settings that are the same at every step. */
export const constantSettings: ReadonlySet<string> = new Set(
  Object.values(optimizerSections)
    .flat()
    .filter((name) => !scheduledSettings.has(name)),
);

/** What messages about paths call them. */
export const sectionTitles: Readonly<Record<OptimizerSectionName, string>> = {
  adam: 'an optimiser',
  gradients: 'a section on gradients',
  ema: 'a section on averages',
};

export const isOptimizerSection = (name: string): name is OptimizerSectionName => Object.hasOwn(optimizerSections, name);

/** What other libraries call the sections. */
export const foreignSections: Readonly<Record<string, OptimizerSectionName>> = {
  adamw: 'adam',
  clip: 'gradients',
  gradient: 'gradients',
  clipping: 'gradients',
  average: 'ema',
  averages: 'ema',
  moving_average: 'ema',
};

/** What other libraries call the settings. */
export const foreignSettings: Readonly<Record<OptimizerSectionName, Readonly<Record<string, string>>>> = {
  adam: { lr: 'rate', learning_rate: 'rate', eps: 'epsilon', decay: 'weight_decay', wd: 'weight_decay' },
  gradients: {
    norm: 'clip_norm',
    max_norm: 'clip_norm',
    clipnorm: 'clip_norm',
    global_clipnorm: 'clip_norm',
    value: 'clip_value',
    clipvalue: 'clip_value',
    log: 'log_norm',
  },
  ema: { momentum: 'decay', beta: 'decay', alpha: 'decay', rate: 'decay' },
};
