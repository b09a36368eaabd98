import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../cli/command-result.js';
import { analyzeText } from '../support/analyze-text.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const source = `mfn 1
import { conv, RCAB } from "std/blocks"
import { l1, gan } from "std/losses"
function twice(amount: float) = 2 * amount
block Body(width: int = 8) {
  in  x: [B, H, W, C]
  out y: [B, H, W, C]
  weight gain: [C] = ones()
  y = x * gain |> RCAB(width) |> repeat(2) as group { RCAB(width) }
}
model Net(width: int = 8) {
  in  low: image in [-1, 1]
  out high: image
  layer = conv(width, 3)
  last = conv(3, 3, stride: 1)
  body = Body(width)
  features = layer(low) |> relu
  smooth = avg_pool(features, size: [3, 3], strides: [1, 1], padding: "same")
  high = last(body(smooth)) * twice(0.5)
}
training of Net {
  data { pair(low, normal)  patch 32 x 32  batch 4  augment flip }
  adam { rate = 1e-3 * 0.9 ^ step  beta1 = 0.9 }
  gradients { clip_norm = 1 }
  ema { decay = 0.9 }
  stage only for 2 epochs {
    frozen body
    let lambda = 0.1
    restored = last(body(layer(low) |> relu))
    minimize loss over layer, last = lambda * l1(restored, normal) + 0.5 * gan.fool(restored)
    log brightness = mean(restored)
  }
}
`;

/** What is written wrong, and what was meant: of each kind of name one. */
const names: readonly (readonly [kind: string, written: string, wrong: string, meant: string])[] = [
  ['a module of the library', '"std/losses"', '"std/loses"', '`std/losses`'],
  ['an imported name', '{ conv, RCAB }', '{ conv, RACB }', '`RCAB`'],
  ['a type', 'amount: float', 'amount: flaot', '`float`'],
  ['a type of a port', 'low: image', 'low: imgae', '`image`'],
  ['an initializer', '= ones()', '= onse()', '`ones`'],
  ['a parameter', 'conv(width, 3)', 'conv(widht, 3)', '`width`'],
  ['an argument', 'stride: 1', 'strid: 1', '`stride`'],
  ['a block', 'body = Body(', 'body = Bdoy(', '`Body`'],
  ['an instance', 'layer(low) |> relu\n  smooth', 'layr(low) |> relu\n  smooth', '`layer`'],
  ['an operator', '|> relu\n  smooth', '|> rleu\n  smooth', '`relu`'],
  ['an operator in other capitals', '|> relu\n  smooth', '|> ReLU\n  smooth', '`relu`'],
  ['an attribute', 'strides: [1, 1]', 'stries: [1, 1]', '`strides`'],
  ['a word that an attribute takes', '"same"', '"smae"', '`"same"`'],
  ['a value', 'body(smooth)', 'body(smoth)', '`smooth`'],
  ['a function', 'twice(0.5)', 'twcie(0.5)', '`twice`'],
  ['a word within an expression', 'repeat(2) as group { RCAB(width) }', 'repaet(2)', '`repeat`'],
  ['a declaration', 'block Body', 'blok Body', '`block`'],
  ['a statement of a block', '  weight gain', '  wieght gain', '`weight`'],
  ['a statement of another language', '  in  low', '  input  low', '`in`'],
  ['the model of a training', 'training of Net', 'training of Nte', '`Net`'],
  ['a part of the data section', 'batch 4', 'bacth 4', '`batch`'],
  ['an augmentation', 'augment flip', 'augment filp', '`flip`'],
  ['an optimizer', 'adam {', 'adma {', '`adam`'],
  ['a setting of the optimizer', 'beta1', 'bta1', '`beta1`'],
  ['a section by the name of other libraries', 'ema {', 'moving_average {', '`ema`'],
  ['a setting of a section', 'clip_norm =', 'max_norm =', '`clip_norm`'],
  ['a setting by the name of other libraries', 'rate =', 'lr =', '`rate`'],
  ['a variable of the rate', '^ step', '^ stpe', '`step`'],
  ['a section of the training', '  stage only', '  stge only', '`stage`'],
  ['the unit of a stage', '2 epochs', '2 epoch', '`epochs`'],
  ['a statement of a stage', 'frozen body', 'frozn body', '`frozen`'],
  ['what is frozen', 'frozen body', 'frozen bdy', '`body`'],
  ['what a loss trains', 'over layer,', 'over layre,', '`layer`'],
  ['a setting', '= lambda *', '= lamda *', '`lambda`'],
  ['a data stream', 'l1(restored, normal)', 'l1(restored, nromal)', '`normal`'],
  ['a member of a namespace', 'gan.fool', 'gan.fol', '`fool`'],
  ['a loss function', '* l1(', '* ll(', '`l1`'],
  ['a value of the log', 'mean(restored)\n  }', 'maen(restored)\n  }', '`mean`'],
];

const errorsOf = (text: string) => analyzeText(text).diagnostics.filter(({ severity }) => severity === 'error');

describe('did you mean', () => {
  it('is asked of a source without mistakes', () => {
    expect(analyzeText(source).diagnostics).toEqual([]);
  });

  it.each(names)('%s: %j for %j is answered with %s', (_kind, written, wrong, meant) => {
    expect(source.split(written)).toHaveLength(2);
    const [first] = errorsOf(source.replace(written, wrong));
    expect(first?.hint).toMatch(/did you mean/);
    expect(first?.hint).toContain(meant);
  });

  it.each(names.filter(([kind]) => !['a word within an expression', 'a statement of another language'].includes(kind)))(
    '%s gives one error and nothing that follows from it',
    (_kind, written, wrong) => {
      const found = errorsOf(source.replace(written, wrong));
      const places = new Set(found.map(({ span }) => span.start));
      // An import that is wrong leaves the name unknown where it is used.
      if (wrong.includes('RACB')) return;
      expect([places.size, found.map(({ code }) => code)]).toEqual([1, [found[0]?.code]]);
    },
  );

  it.each([
    ['range(3)', '`1..n`'],
    ['len([3])', '`length(list)`'],
    ['True', '`true`'],
  ])('%s, which other languages have, is answered with %s', (expression, advice) => {
    const [first] = errorsOf(source.replace('  high = last(', `  let other = ${expression}\n  high = last(`));
    expect([first?.code, first?.hint?.includes(advice)]).toEqual(['MFN1001', true]);
  });

  it('H, where no shape has it, is answered with `[B, H, W, 3]`', () => {
    const [first] = errorsOf(source.replace('function twice', 'function tall(x: tensor) = H\nfunction twice'));
    expect([first?.code, first?.hint?.includes('`[B, H, W, 3]`')]).toEqual(['MFN1001', true]);
  });

  it('H is the height of an image where there is one', () => {
    expect(errorsOf(source.replace('  high = last(', '  let other = H\n  high = last('))).toEqual([]);
  });

  it('is answered for files beside the one that imports, by their names without the ending', async () => {
    const folder = temporaryFolder();
    for (const name of ['losses', 'a', 'model']) writeFileSync(path.join(folder, `${name}.mfn`), 'mfn 1\nlet width = 8\n');
    mkdirSync(path.join(folder, 'loses'));
    writeFileSync(path.join(folder, 'main.mfn'), 'mfn 1\nimport { width } from "./loses.mfn"\nlet twice = 2 * width\n');
    const { code, stderr } = await runCommand('check', path.join(folder, 'main.mfn'));
    expect([code, stderr.includes('did you mean `./losses.mfn`?')]).toEqual([2, true]);
  });

  it.each([
    [['check', 'models/drng.mfn'], 'did you mean `models/drgn.mfn`?'],
    [['chekc'], 'did you mean mfnc check?'],
    [['weights', 'shwo', 'x'], 'Did you mean show?'],
    [['inspect', '--sieze', '3x3', 'x'], 'Did you mean --size?'],
    [['enhance', 'x.png', '-o', 'y', '--model', 'm', '--weights', 'w', '--engine', 'tfjs-nod'], 'Did you mean tfjs-node?'],
    [['engine', 'install', 'tfjs-nod'], 'did you mean tfjs-node'],
    [['compile', 'models/drgn.mfn', '-o', 'y', '--target', 'onx'], 'did you mean onnx?'],
    [['explain', 'MFN3020'], 'did you mean'],
    [['check', 'models/drgn.mfn', '--set', 'widht=8'], 'did you mean `width`?'],
    [['check', 'models/drgn.mfn', '--set', 'training.refinment.lambda=0'], 'did you mean `training.refinement'],
  ])('is answered on the command line: %j', async (args, expected) => {
    const { code, stderr } = await runCommand(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(expected);
  });
});
