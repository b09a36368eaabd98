import type { Minimizer, Stage } from '../../ir/ir.js';
import { printRate } from './rate-text.js';

/** How a loss changes weights, by the names that the settings have in a source; `kind` is that of the optimiser. What is turned off is left out. */
export function updateSettings({ optimizer, gradients }: Minimizer): Readonly<Record<string, string | number>> {
  const { kind, rate, beta1, beta2, epsilon, weightDecay } = optimizer;
  return {
    kind,
    rate: printRate(rate),
    beta1,
    beta2,
    epsilon,
    ...(weightDecay !== undefined && { weight_decay: weightDecay }),
    ...(gradients?.clipValue !== undefined && { clip_value: gradients.clipValue }),
    ...(gradients?.clipNorm !== undefined && { clip_norm: gradients.clipNorm }),
    ...(gradients?.logNorm && { log_norm: 'true' }),
  };
}

/** The same of a stage, whose losses share it, as the sections of a source: `adam { rate = 0.0005  beta1 = 0.9 }  gradients { clip_norm = 1 }  ema { decay = 0.999 }`. */
export function updatesText({ minimizers: [minimizer], ema }: Stage): string {
  const { kind, ...settings } = minimizer ? updateSettings(minimizer) : {};
  const entries = Object.entries(settings);
  const ofGradients = entries.filter(([name]) => /^clip_|^log_/.test(name));
  const section = (name: string, list: readonly (readonly [string, string | number])[]): string[] =>
    list.length === 0 ? [] : [`${name} { ${list.map(([setting, value]) => `${setting} = ${value}`).join('  ')} }`];
  return [
    ...section(
      String(kind),
      entries.filter((entry) => !ofGradients.includes(entry)),
    ),
    ...section('gradients', ofGradients),
    ...section('ema', ema ? [['decay', printRate(ema.decay)]] : []),
  ].join('  ');
}
