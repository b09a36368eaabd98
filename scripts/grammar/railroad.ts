import { grammarSections, type Syntax } from './syntax.js';

/** A piece of a diagram: its size around the line that runs through it, in pixels, and how it is drawn from a point on that line. */
interface Piece {
  readonly width: number;
  readonly above: number;
  readonly below: number;
  readonly draw: (x: number, y: number) => string;
}

const characterWidth = 8.4;
const boxHeight = 24;
const padding = 10;
/** Between pieces in a row, and between alternatives. */
const gap = 10;
const radius = 8;

function box(text: string, kind: 'literal' | 'reference'): Piece {
  const width = text.length * characterWidth + 2 * padding;
  const draw = (x: number, y: number): string => {
    const shape = `<rect x="${at(x)}" y="${at(y - boxHeight / 2)}" width="${at(width)}" height="${boxHeight}" rx="${kind === 'literal' ? boxHeight / 2 : 0}"/>`;
    const label = `<text x="${at(x + width / 2)}" y="${at(y + 4.5)}">${escaped(text)}</text>`;
    const group = `<g class="${kind}">${shape}${label}</g>`;
    return kind === 'literal' ? group : `<a href="#${text}">${group}</a>`;
  };
  return { width, above: boxHeight / 2, below: boxHeight / 2, draw };
}

const nothing: Piece = { width: 0, above: 0, below: 0, draw: () => '' };

function at(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function line(...commands: readonly string[]): string {
  return `<path d="${commands.join(' ')}"/>`;
}

/** Pieces behind each other. */
function row(pieces: readonly Piece[]): Piece {
  const draw = (x: number, y: number): string => {
    let from = x;
    return pieces
      .map((piece, i) => {
        const rail = i === 0 ? '' : line(`M${at(from)} ${at(y)}`, `h${gap}`);
        const start = i === 0 ? from : from + gap;
        from = start + piece.width;
        return rail + piece.draw(start, y);
      })
      .join('');
  };
  return {
    width: pieces.reduce((sum, { width }) => sum + width, gap * Math.max(0, pieces.length - 1)),
    above: Math.max(0, ...pieces.map(({ above }) => above)),
    below: Math.max(0, ...pieces.map(({ below }) => below)),
    draw,
  };
}

/** How far below the first piece each one lies. */
function offsetsOf(pieces: readonly Piece[]): number[] {
  const offsets = [0];
  for (const [i, piece] of pieces.slice(1).entries()) {
    const before = pieces[i];
    offsets.push((offsets[i] ?? 0) + (before?.below ?? 0) + gap + Math.max(piece.above, radius));
  }
  return offsets;
}

/** Alternatives below each other; the line runs straight through the first. */
function alternatives(pieces: readonly Piece[]): Piece {
  const inner = Math.max(...pieces.map(({ width }) => width));
  const offsets = offsetsOf(pieces);
  const last = pieces.length - 1;
  const draw = (x: number, y: number): string =>
    pieces
      .map((piece, i) => {
        const here = y + (offsets[i] ?? 0);
        const [start, end, exit] = [x + 2 * radius, x + 2 * radius + piece.width, x + inner + 4 * radius];
        const drawn = piece.draw(start, here);
        if (i === 0) return line(`M${at(x)} ${at(y)}`, `H${at(start)}`) + drawn + line(`M${at(end)} ${at(y)}`, `H${at(exit)}`);
        const branch = line(
          `M${at(x)} ${at(y)}`,
          `q${radius} 0 ${radius} ${radius} V${at(here - radius)} q0 ${radius} ${radius} ${radius}`,
        );
        const join = line(
          `M${at(end)} ${at(here)}`,
          `H${at(exit - 2 * radius)} q${radius} 0 ${radius} ${-radius} V${at(y + radius)} q0 ${-radius} ${radius} ${-radius}`,
        );
        return branch + drawn + join;
      })
      .join('');
  return { width: inner + 4 * radius, above: pieces[0]?.above ?? 0, below: (offsets[last] ?? 0) + (pieces[last]?.below ?? 0), draw };
}

/** A piece that the line can run through again, back below it through the separator. */
function loop(piece: Piece, separator: Piece): Piece {
  const inner = Math.max(piece.width, separator.width);
  const offset = piece.below + gap + Math.max(separator.above, radius);
  const draw = (x: number, y: number): string => {
    const [start, exit, below] = [x + 2 * radius, x + inner + 4 * radius, y + offset];
    const separatorStart = start + (inner - separator.width) / 2;
    return [
      line(`M${at(x)} ${at(y)}`, `H${at(start)}`),
      piece.draw(start, y),
      line(`M${at(start + piece.width)} ${at(y)}`, `H${at(exit)}`),
      line(
        `M${at(exit - 2 * radius)} ${at(y)}`,
        `q${radius} 0 ${radius} ${radius} V${at(below - radius)} q0 ${radius} ${-radius} ${radius} H${at(separatorStart + separator.width)}`,
      ),
      separator.draw(separatorStart, below),
      line(
        `M${at(separatorStart)} ${at(below)}`,
        `H${at(start)} q${-radius} 0 ${-radius} ${-radius} V${at(y + radius)} q0 ${-radius} ${radius} ${-radius}`,
      ),
    ].join('');
  };
  return { width: inner + 4 * radius, above: piece.above, below: offset + Math.max(separator.below, 1), draw };
}

function pieceOf(syntax: Syntax): Piece {
  switch (syntax.kind) {
    case 'literal':
      return box(syntax.text, 'literal');
    case 'reference':
      return box(syntax.name, 'reference');
    case 'sequence':
      return row(syntax.parts.map(pieceOf));
    case 'choice':
      return alternatives(syntax.parts.map(pieceOf));
    case 'optional':
      return alternatives([nothing, pieceOf(syntax.part)]);
    case 'repetition': {
      const repeated = loop(pieceOf(syntax.part), syntax.separator === undefined ? nothing : pieceOf(syntax.separator));
      return syntax.least === 1 ? repeated : alternatives([nothing, repeated]);
    }
  }
}

function diagram(name: string, syntax: Syntax): string {
  const piece = pieceOf(syntax);
  const margin = 12;
  const [x, y] = [margin + gap, margin + Math.max(piece.above, radius)];
  const [width, height] = [piece.width + 2 * x, y + piece.below + margin];
  const ends = [margin, margin + piece.width + 2 * gap].map((end) => line(`M${at(end)} ${at(y - 7)}`, 'v14')).join('');
  const rails = line(`M${margin} ${at(y)}`, `h${gap}`) + line(`M${at(x + piece.width)} ${at(y)}`, `h${gap}`);
  const size = `width="${at(width)}" height="${at(height)}" viewBox="0 0 ${at(width)} ${at(height)}"`;
  return `<svg ${size} role="img" aria-label="${name}">${ends}${rails}${piece.draw(x, y)}</svg>`;
}

/** Of the words that the scanner makes: rules without diagrams of their own. */
const words: readonly (readonly [string, string])[] = [
  ['name', 'letters, digits and <code>_</code>, no digit first; no reserved word'],
  ['number', 'digits, with a fraction and an exponent where wanted: <code>3</code>, <code>0.5</code>, <code>5e-4</code>'],
  ['string', 'in <code>"</code>, with <code>\\\\</code>, <code>\\"</code>, <code>\\n</code> and <code>\\t</code>'],
];

const style = `
  :root { color-scheme: light dark; --ink: #1f2328; --paper: #fff; --rail: #57606a; --literal: #ddf4e4; --reference: #dbe9f9; }
  @media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --rail: #8b949e; --literal: #1c3a2a; --reference: #1b2f4b; } }
  body { margin: 2rem auto; max-width: 62rem; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
  h2 { margin-top: 3rem; } h3 { margin: 1.5rem 0 0; font: 600 1rem ui-monospace, monospace; }
  figure { margin: 0; overflow-x: auto; } svg { display: block; }
  path { fill: none; stroke: var(--rail); stroke-width: 1.5; }
  rect { stroke: var(--rail); stroke-width: 1; } .literal rect { fill: var(--literal); } .reference rect { fill: var(--reference); }
  text { fill: var(--ink); font: 14px ui-monospace, monospace; text-anchor: middle; }
  :target { outline: 2px solid var(--rail); outline-offset: 4px; }`;

/** One page with a diagram of each rule, which needs nothing else. */
export function railroadPage(): string {
  const sections = grammarSections().map(({ title, definitions }) => {
    const figures = definitions.map(({ name, syntax }) => `<h3 id="${name}">${name}</h3>\n<figure>${diagram(name, syntax)}</figure>`);
    return `<h2>${title}</h2>\n${figures.join('\n')}`;
  });
  const lexical = words.map(([name, text]) => `<h3 id="${name}">${name}</h3>\n<p>${text}</p>`);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>The grammar of .mfn</title>
<!-- Made from the parser by scripts/generate-grammar.ts; edit src/compiler/1-parse/grammar*.ts instead. -->
<style>${style}
</style>
<h1>The grammar of .mfn</h1>
<p>Round boxes are words of the language, square ones rules. <a href="mfn.ebnf">mfn.ebnf</a> has the same as text, <a href="mfn.md">mfn.md</a> says what it means.</p>
${sections.join('\n')}
<h2>Words</h2>
${lexical.join('\n')}
</html>
`;
}
