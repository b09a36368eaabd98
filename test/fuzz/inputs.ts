import { corpus, corpusTokens, shortCorpus } from './corpus.js';
import { GrammarWalk } from './productions.js';
import { Random } from './random.js';

/** One input and how it was made. */
export interface FuzzInput {
  readonly kind: string;
  readonly text: string;
}

const extremes = [
  '0',
  '-1',
  '1e308',
  '9007199254740991',
  '9007199254740993',
  '1000000000',
  '100000',
  '2 ^ 1024',
  '1 / 0',
  '""',
  'true',
  'x',
  '[]',
  'H',
  'i',
];
const pieces = /"[^"\n]*"|\w+|\s+|[^\w\s]/g;

/** Ways to make an input, the likelier ones more than once. */
const kinds: readonly (readonly [string, (random: Random) => string])[] = [
  ['grammar', (random) => `mfn 1\n${new GrammarWalk(random, 20 + random.below(300)).text('file')}`],
  ['grammar in a model', inModel],
  ['grammar in a model', inModel],
  ['tokens of the corpus', (random) => tokens(random, random.one(shortCorpus))],
  ['tokens of the corpus', (random) => tokens(random, random.one(shortCorpus))],
  ['tokens of the corpus', (random) => tokens(random, random.one(random.once(8) ? corpus : shortCorpus))],
  ['splice of two sources', splice],
  ['bytes of the corpus', (random) => bytes(random, random.one(random.once(8) ? corpus : shortCorpus))],
  ['bytes of the corpus', (random) => bytes(random, random.one(shortCorpus))],
  ['repetition', repetition],
];

/** The input of a seed: always the same one for the same sources of the repository. */
export function inputOf(seed: number): FuzzInput {
  const random = new Random(seed);
  const [kind, make] = random.one(kinds);
  return { kind, text: make(random) };
}

/** A model whose statements follow the grammar, with what they could use before them. */
function inModel(random: Random): string {
  const statements = Array.from({ length: 1 + random.below(5) }, () => new GrammarWalk(random, 5 + random.below(40)).text('statement'));
  const expression = new GrammarWalk(random, 5 + random.below(30)).text('expression');
  const stage = random.once(3)
    ? `training of Net { data { pair(low, normal) patch 8 x 8 batch 2 } adam { rate = 1e-3 }
  stage s for 1 steps { ${new GrammarWalk(random, 30).text('stageStatement')} minimize L over b = mean(b(low) - normal) } }`
    : '';
  return `mfn 1
import { conv, RCAB } from "std/blocks"
block B(n: int = 2) { in x: [B, H, W, C]  out y: [B, H, W, C]  ${random.once(2) ? new GrammarWalk(random, 30).text('statement') : ''} y = x |> conv(C, 3) }
function f(a: tensor, n: int = 1) = a * n
function g(n: int) = ${random.once(2) ? new GrammarWalk(random, 20).text('expression') : 'n + 1'}
model Net(width: int = 4) {
  in  x: image in [-1, 1]
  out y: ${random.once(2) ? 'image' : 'tensor'}
  b = B()
  let n = ${random.one(extremes)}
${statements.join('\n')}
  y = ${random.once(2) ? expression : 'b(x)'}
}
${stage}`;
}

/** A source with some of its tokens left out, doubled, swapped or replaced. */
function tokens(random: Random, source: string): string {
  const words: string[] = source.match(pieces) ?? [];
  for (let edits = 1 + random.below(6); edits > 0; edits--) {
    const at = random.below(words.length);
    const replacement = random.one([random.one(corpusTokens), random.one(extremes), words[random.below(words.length)] ?? '']);
    switch (random.below(6)) {
      case 0:
        words.splice(at, 1 + random.below(4));
        break;
      case 1:
        words.splice(at, 0, ...words.slice(at, at + 1 + random.below(12)));
        break;
      case 2:
        words.splice(at, 0, ' ', replacement, ' ');
        break;
      case 3: {
        // A number becomes an extreme one.
        const number = words.findIndex((word, i) => i >= at && /^\d/.test(word));
        if (number >= 0) words[number] = random.one(extremes);
        break;
      }
      default:
        words[at] = replacement;
    }
  }
  return words.join('');
}

/** The start of one source and the end of another. */
function splice(random: Random): string {
  const [a, b] = [random.one(shortCorpus), random.one(shortCorpus)];
  return a.slice(0, random.below(a.length)) + b.slice(random.below(b.length));
}

/** A source with bits flipped, bytes cut out, put in, moved or doubled, cut off, or with bytes that are no UTF-8; decoded as files are. */
function bytes(random: Random, source: string): string {
  let data = Buffer.from(source);
  for (let edits = 1 + random.below(5); edits > 0; edits--) {
    const at = random.below(data.length + 1);
    const end = Math.min(data.length, at + 1 + random.below(random.once(4) ? 400 : 8));
    const [before, part, after] = [data.subarray(0, at), data.subarray(at, end), data.subarray(end)];
    switch (random.below(8)) {
      case 0:
        if (at < data.length) data[at] = (data[at] ?? 0) ^ (1 << random.below(8));
        break;
      case 1:
        data = Buffer.concat([before, after]);
        break;
      case 2:
        data = Buffer.concat([before, part, part, after]);
        break;
      case 3:
        data = Buffer.concat([after, part, before]);
        break;
      case 4:
        data = Buffer.from(before);
        break;
      case 5:
        data = Buffer.concat([before, Buffer.from([random.below(256), random.once(3) ? random.below(256) : 32]), after]);
        break;
      case 6:
        data = Buffer.concat([
          before,
          Buffer.from(random.one(['\r', '\r\n', '\u2028', '\ufeff', '\u00e4', '\u{1F600}', '\ud800', '\t', '"', '///', '//', '\u200b'])),
          part,
          after,
        ]);
        break;
      default:
        data = Buffer.concat([before, Buffer.from(random.one(corpusTokens)), part, after]);
    }
  }
  return data.toString('utf8');
}

/** A source with a piece of it many times over: deep, long or wide. */
function repetition(random: Random): string {
  const source = random.one(shortCorpus);
  const words: string[] = source.match(pieces) ?? [];
  const at = random.below(words.length);
  const piece = words.slice(at, at + 1 + random.below(8)).join('');
  const most = Math.floor((random.once(20) ? 50_000 : 2_000) / Math.max(1, piece.length));
  words.splice(at, 0, piece.repeat(1 + random.below(most)));
  return words.join('');
}
