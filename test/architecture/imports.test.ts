import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { cruise, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const configuration: { forbidden: IForbiddenRuleType[]; options: object } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs');

async function violationsIn(baseDir: string): Promise<{ violations: string[]; modules: number }> {
  const { forbidden, options } = configuration;
  const { output } = await cruise(['src'], { ...options, tsConfig: {}, baseDir, validate: true, ruleSet: { forbidden } });
  if (typeof output === 'string') throw new Error(output);
  const { summary }: ICruiseResult = output;
  const violations = summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);
  return { violations: [...new Set(violations)].sort(), modules: summary.totalCruised };
}

describe('the arrows between the folders', () => {
  it('run one way: cli -> runtime -> compiler -> ops', async () => {
    const { violations, modules } = await violationsIn(root);
    expect(violations).toEqual([]);
    expect(modules).toBeGreaterThan(100);
  });

  it('are checked: a tree that breaks the rules is found out', async () => {
    const { violations } = await violationsIn(fileURLToPath(new URL('violations/', import.meta.url)));
    expect(violations).toEqual([
      'compiler-does-not-know-the-outside: src/compiler/uses-runtime.ts -> src/runtime/run.ts',
      'compiler-is-pure: src/compiler/1-parse/reads-files.ts -> fs',
      'interpreter-runs-in-browsers: src/runtime/engines/tfjs/browser.ts -> fs',
      'ops-know-only-the-ir: src/compiler/ops/knows-phases.ts -> src/compiler/3-lower/lower.ts',
      'phases-run-forwards: src/compiler/1-parse/looks-ahead.ts -> src/compiler/3-lower/lower.ts',
      'runtime-does-not-know-the-command-line: src/runtime/run.ts -> src/cli/print.ts',
      'tiles-run-in-browsers: src/runtime/enhance/tiles.ts -> src/runtime/run.ts',
    ]);
  });
});
