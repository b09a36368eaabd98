import { describe, expect, test } from 'vitest';
import { analyzeText } from '../support/analyze-text.js';

/** A source with the import that it needs. */
const whole = (source: string): string => `mfn 1\n${source.includes('conv(') ? 'import { conv } from "std/blocks"\n' : ''}${source}`;

const messages = (source: string): string[] => analyzeText(whole(source)).diagnostics.map(({ code, message }) => `${code} ${message}`);

const model = `model Net {
  in  low: image
  out high: image
  high = low |> Body()
}
`;

/** The shapes of a model's outputs. */
const outputsOf = (source: string): unknown => {
  const { ir, diagnostics } = analyzeText(whole(source));
  expect(diagnostics.map(({ message }) => message)).toEqual([]);
  return ir?.definitions.find(({ id }) => id === ir.model.definition)?.outputs.map(({ shape }) => shape);
};

describe('an image names its dimensions', () => {
  test('for the shapes of outputs, weights and expressions', () => {
    const body = `block Body() {
  in  x: image
  out y: [B, H, W, 3]
  features = x |> conv(8, 3) |> reshape([B, H * W, 8])
  y = features |> reshape([B, H, W, 8]) |> conv(3, 3)
}
`;
    expect(outputsOf(body + model)).toEqual([['B', 'H', 'W', 3]]);
  });

  test('in models, whose outputs may be larger', () => {
    const source = `model Larger {
  in  low: image
  out high: [B, 2 * H, 2 * W, 3]
  high = low |> conv(12, 3) |> pixel_shuffle(2)
}
`;
    expect(outputsOf(source)).toEqual([['B', '2*H', '2*W', 3]]);
  });

  test('and in functions', () => {
    const source = `function rows(x: image) = reshape(x, [B, H, W * 3])
model Net {
  in  low: image
  out high: tensor
  high = rows(low) |> reshape([B, H, W, 3]) |> conv(3, 3)
}
`;
    expect(outputsOf(source)).toEqual([['B', 'H', 'W', 3]]);
  });
});

describe('a shape that names them', () => {
  const masked = (mask: string): string => `block Masked() {
  in  x: image
  in  mask: [B, H, W, 1]
  out y: image
  y = x * mask
}
model Net {
  in  low: image
  out high: image
  masked = Masked()
  high = masked(low, ${mask})
}
`;

  test('has to agree', () => {
    expect(outputsOf(masked('low |> conv(1, 3)'))).toEqual([['B', 'H', 'W', 3]]);
  });

  test('is told with both sides where it does not', () => {
    const { diagnostics } = analyzeText(whole(masked('low |> conv(1, 3, stride: 2)')));
    const [mismatch] = diagnostics;
    expect(mismatch?.message).toBe('`mask` of `Masked` must have the shape [B, H, W, 1], not [B, ceil(H/2), ceil(W/2), 1]');
    expect(mismatch?.related.map(({ message }) => message)).toEqual([
      'this has the shape [B, ceil(H/2), ceil(W/2), 1]',
      '`mask` of `Masked` is declared here',
    ]);
  });

  test('of an output is told with both sides', () => {
    const source = `block Body() {
  in  x: image
  out y: [B, H, W, 8]
  y = x |> conv(8, 3, stride: 2)
}
model Net {
  in  low: image
  out high: tensor
  high = low |> Body() |> conv(3, 3)
}
`;
    expect(messages(source)).toEqual(['MFN3002 the output `y` must have the shape [B, H, W, 8], not [B, ceil(H/2), ceil(W/2), 8]']);
  });
});

describe('what an image does not demand', () => {
  test('is that another image is as large', () => {
    const source = `block Halved() {
  in  x: image
  out y: image
  y = x |> conv(3, 3, stride: 2)
}
model Net {
  in  low: image
  out high: tensor
  high = low |> Halved()
}
`;
    expect(messages(source)).toEqual([]);
  });

  test.each([
    ['a `let`', 'let H = 8\n  y = x * H'],
    ['a value', 'W = x * 2\n  y = W'],
    ['a family', 'for i in 1..2 { B[i] = x * i }\n  y = B[1] + B[2]'],
    ['the variable of a comprehension', 'y = x * total([for H in 1..3: H])'],
  ])('is a name that %s has', (_, statements) => {
    const source = `block Body() {
  in  x: image
  out y: image
  ${statements}
}
${model}`;
    expect(messages(source)).toEqual([]);
  });

  test('is a name that a parameter or the file has', () => {
    const source = `let W = 2
function scaled(x: image, H: int) = x * H * W
block Body(B: int = 3) {
  in  x: image
  out y: image
  y = scaled(x, B)
}
${model}`;
    expect(messages(source)).toEqual([]);
  });
});

test('a tensor names none, and the message says which types do', () => {
  const source = `block Body() {
  in  x: tensor
  out y: image
  y = x |> reshape([B, H, W, 3])
}
${model}`;
  const { diagnostics } = analyzeText(whole(source));
  expect(diagnostics[0]?.hint).toBe(
    'the types of inputs name dimensions: `image` those of `[B, H, W, 3]`, `tensor` none, `[B, H, W, C]` these four',
  );
});
