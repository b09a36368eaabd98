import { expect, it } from 'vitest';
import { irOf } from '../support/shipped-models.js';

const source = (range: string): string => `mfn 1
import { conv } from "std/blocks"
import { l1 } from "std/losses"
model Net {
  in  low: image${range}
  out enhanced: image
  net = conv(3, 3)
  enhanced = net(low)
}
training of Net {
  data { pair(low, normal)  patch 8 x 8  batch 1 }
  adam { rate = 1e-3 }
  stage only for 1 epochs { minimize L over net = l1(net(low), normal) }
}
`;

it.each([
  ['', [-1, 1]],
  [' in [0, 1]', [0, 1]],
  [' in [0, 255]', [0, 255]],
])('all pictures of a training are in the range of an input `image%s`', (range, expected) => {
  const { definitions, training } = irOf(source(range));
  const stage = definitions.find(({ id }) => id === training?.stages[0]?.definition);
  expect(stage?.inputs.map((port) => [port.name, port.range])).toEqual([
    ['low', expected],
    ['normal', expected],
  ]);
});
