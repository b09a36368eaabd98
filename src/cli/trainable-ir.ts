import type { IR } from '../compiler/ir/ir.js';
import { type RunFile, unknownKey } from '../runtime/train/index.js';
import { analyzeFile, printDiagnostics } from './analyze-file.js';
import { CommandFailure } from './failure.js';
import type { ErrorLimit } from './max-errors.js';
import { whyUnreadable } from './source-host.js';

/**
 * The IR of the model of a run, with the overrides of the run file, and the texts of its sources by path. Mistakes in these are told with their place in the run file too.
 * @throws CommandFailure
 */
export function requireTrainableIR(
  run: RunFile,
  limit: ErrorLimit = {},
): { readonly ir: IR; readonly sources: ReadonlyMap<string, string> } {
  const { model, parameters, settings, placeOf } = run;
  const reason = whyUnreadable(model);
  if (reason !== undefined)
    throw new CommandFailure(2, `${placeOf(['model'])}: cannot read the model ${model}: ${reason}`, 'the path is relative to the run file');
  const { ir: plain } = analyzeFile(model, { parameters });
  if (plain?.training !== undefined) requireKnownSettings(run, plain);
  const result = analyzeFile(model, { parameters, settings });
  printDiagnostics(result, limit);
  if (result.ir === undefined) throw new CommandFailure(2, overridesAtFault(run));
  return { ir: result.ir, sources: result.sources };
}

/** Says which overrides are mistakes each by itself; '' where the mistake is in the source. */
function overridesAtFault({ model, parameters, settings, placeOf }: RunFile): string {
  if (analyzeFile(model).ir === undefined) return '';
  const wrongParameters = Object.entries(parameters).filter(([name, value]) => !analyzeFile(model, { parameters: { [name]: value } }).ir);
  const wrongSettings = Object.entries(settings).filter(([name, value]) => !analyzeFile(model, { settings: { [name]: value } }).ir);
  const paths = [
    ...wrongParameters.map(([name]) => ['parameters', name]),
    // Without the right parameters nothing can be said about settings.
    ...(wrongParameters.length > 0 ? [] : wrongSettings.map(([name]) => ['training', ...name.split('.')])),
  ];
  return paths.map((path) => `${placeOf(path)}: the mistake above comes from ${path.join('.')}.`).join('\n');
}

function requireKnownSettings({ settings, placeOf }: RunFile, ir: IR): void {
  const stages = ir.training?.stages ?? [];
  const optimizer = ['rate', 'beta1', 'beta2', 'epsilon'];
  const ofStages = stages.flatMap(({ name }) => ['steps', 'epochs', ...optimizer].map((setting) => `${name}.${setting}`));
  const known = [...new Set(['batch', 'patch', ...optimizer, ...Object.keys(ir.training?.settings ?? {}), ...ofStages])];
  const unknown = Object.keys(settings).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new CommandFailure(
    2,
    unknown
      .map((name) => `${placeOf(['training', ...name.split('.')], 'key')}: ${unknownKey(name, `the training of ${ir.model.name}`, known)}`)
      .join('\n'),
  );
}
