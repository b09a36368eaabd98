/** Versions of what the generated package needs; the tests hold them equal to mfnc's own. */
export const versions = {
  '@tensorflow/tfjs': '4.22.0',
  '@tensorflow/tfjs-node': '4.22.0',
  '@types/node': '20.19.43',
  sharp: '0.35.5',
  tsx: '4.23.15',
  typescript: '5.9.3',
} as const;

const json = (value: unknown): string => JSON.stringify(value, undefined, 2);

const pick = (...names: (keyof typeof versions)[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, versions[name]]));

/** package.json of the generated package. @param files names of its TypeScript files, without extension. */
export function packageJson(name: string, files: ReadonlySet<string>): string {
  const usesNode = files.has('train') || files.has('enhance');
  return json({
    name,
    version: '0.1.0',
    private: true,
    type: 'module',
    scripts: {
      ...(files.has('train') ? { train: 'tsx train.ts' } : {}),
      ...(files.has('enhance') ? { enhance: 'tsx enhance.ts' } : {}),
      typecheck: 'tsc',
    },
    dependencies: pick('@tensorflow/tfjs', ...(usesNode ? (['sharp'] as const) : [])),
    ...(usesNode ? { optionalDependencies: pick('@tensorflow/tfjs-node') } : {}),
    devDependencies: pick(...(usesNode ? (['@types/node', 'tsx'] as const) : []), 'typescript'),
  });
}

export function tsconfigJson(files: ReadonlySet<string>): string {
  return json({
    compilerOptions: {
      target: 'es2023',
      lib: files.has('train') || files.has('enhance') ? ['es2023'] : ['es2023', 'dom'],
      module: 'nodenext',
      ...(files.has('train') || files.has('enhance') ? { types: ['node'] } : {}),
      strict: true,
      noUncheckedIndexedAccess: true,
      noUnusedLocals: true,
      noFallthroughCasesInSwitch: true,
      verbatimModuleSyntax: true,
      skipLibCheck: true,
      noEmit: true,
    },
    include: ['*.ts'],
  });
}
