import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import { wantsColor } from '../../src/cli/terminal/colors.js';
import { formatDuration, Progress } from '../../src/cli/terminal/progress.js';
import { renderDiagnostics } from '../../src/cli/terminal/render-diagnostic.js';
import { formatTable } from '../../src/cli/terminal/table.js';
import type { Diagnostic } from '../../src/compiler/diagnostics/index.js';

function render(text: string, start: number, end: number, more: Partial<Diagnostic> = {}): string {
  const span = { file: 'a.mfn', start, end };
  const diagnostic: Diagnostic = { code: 'MFN0123', severity: 'error', message: 'message', span, related: [], ...more };
  return renderDiagnostics([diagnostic], { sources: new Map([['a.mfn', text]]), colors: picocolors.createColors(false) });
}

describe('a diagnostic on the terminal', () => {
  it('shows place, code, message, source line, related places and hint', () => {
    const related = [{ message: '64 channels from here', span: { file: 'a.mfn', start: 0, end: 3 } }];
    expect(render('mfn 1\nlet a = b\n', 14, 15, { related, hint: 'do this' })).toMatchInlineSnapshot(`
      "a.mfn:2:9: error MFN0123: message
        2 | let a = b
          |         ^
        a.mfn:1:1: 64 channels from here
        1 | mfn 1
          | ^^^
        hint: do this

      1 error
      "
    `);
  });

  it('shows the values of sub-expressions below them, each where it has room', () => {
    const text = 'y = a + (b |> conv(8,\n  3)) + c\n';
    const at = (part: string, value: string) => {
      const start = text.indexOf(part);
      return { span: { file: 'a.mfn', start, end: start + part.length }, text: value };
    };
    const values = [
      at('a', '[B, H, W, 3]'),
      at(' + (', '[B, H, W, 8]'),
      at('b', '[B, H, W, 16]'),
      at('conv', '[B, H, W, 8]'),
      at('c\n', '1'),
    ];
    expect(render(text, 4, text.length - 1, { values })).toBe(
      [
        'a.mfn:1:5: error MFN0123: message',
        '  1 | y = a + (b |> conv(8,',
        '    |     ^^^^^^^^^^^^^^^^^',
        '    |     | |  |    |',
        '    |     | |  |    [B, H, W, 8]',
        '    |     | |  [B, H, W, 16]',
        '    |     | [B, H, W, 8]',
        '    |     [B, H, W, 3]',
        '  2 |   3)) + c',
        '    |         |',
        '    |         1',
        '',
        '1 error',
        '',
      ].join('\n'),
    );
  });

  it('puts values that fit into one row', () => {
    const text = 'ab + cdefghijkl + m';
    const values = [0, 5, 18].map((start) => ({
      span: { file: 'a.mfn', start, end: start + 1 },
      text: start === 0 ? '[3, 4]' : `${start}`,
    }));
    expect(render(text, 0, 2, { values })).toContain(
      ['    | |    |            |', '    | |    5            18', '    | [3, 4]', ''].join('\n'),
    );
  });

  it('marks behind tabs and below wide characters', () => {
    expect(render('\tlet a = "写真" + b', 16, 17)).toContain(`|     let a = "写真" + b\n    | ${' '.repeat(21)}^`);
  });

  it('clips wide lines around the marked part', () => {
    const lines = render(`${'x'.repeat(5000)}!${'y'.repeat(5000)}`, 5000, 5001).split('\n');
    expect(lines[1]?.length).toBeLessThan(140);
    expect(lines[2]?.indexOf('^')).toBe(lines[1]?.indexOf('!'));
  });

  it('marks the first line of a span over several lines, and behind the end of a line', () => {
    expect(render('ab\ncd', 1, 5)).toContain('| ab\n    |  ^\n');
    expect(render('ab\ncd', 2, 2)).toContain('| ab\n    |   ^\n');
  });

  it('never lets control characters through', () => {
    expect(render('a\u001b[31mb', 0, 1)).not.toContain('\u001b');
  });

  it('leaves the line out where the source is not known', () => {
    expect(render('abc', 0, 1, { span: { file: 'other.mfn', start: 0, end: 0 } })).toBe(
      'other.mfn:1:1: error MFN0123: message\n\n1 error\n',
    );
  });

  it('is coloured only on a terminal, NO_COLOR before FORCE_COLOR', () => {
    expect(wantsColor({ isTTY: true }, {})).toBe(true);
    expect(wantsColor({ isTTY: false }, {})).toBe(false);
    expect(wantsColor({}, { FORCE_COLOR: '1' })).toBe(true);
    expect(wantsColor({ isTTY: true }, { FORCE_COLOR: '0' })).toBe(false);
    expect(wantsColor({ isTTY: true }, { NO_COLOR: '1', FORCE_COLOR: '1' })).toBe(false);
  });
});

describe('a table', () => {
  it('aligns columns', () => {
    const table = formatTable([{ title: 'block' }, { title: 'parameters', align: 'right' }], [['MFN', '12'], 'rule', ['total', '4774768']]);
    expect(table).toBe('block  parameters\n─────  ──────────\nMFN            12\n─────  ──────────\ntotal     4774768\n');
  });
});

describe('progress', () => {
  /** A stream that keeps what is written to it. */
  function memory(): { stream: NodeJS.WriteStream; written: string[] } {
    const written: string[] = [];
    const stream = Object.assign(Object.create(process.stderr), { isTTY: false, write: (text: string) => written.push(text) > 0 });
    return { stream, written };
  }

  it('is a few plain lines where there is no terminal', () => {
    const { stream, written } = memory();
    let now = 0;
    const progress = new Progress({ label: 'train', total: 100, unit: 'steps', stream, now: () => now });
    for (let step = 1; step <= 100; step++) {
      now += 500;
      progress.update(step, 'loss 0.1');
    }
    progress.finish();
    progress.update(100);
    expect(written).toEqual([
      'train  0/100 steps  0 %\n',
      'train  30/100 steps  30 %  ETA 35 s  loss 0.1\n',
      'train  60/100 steps  60 %  ETA 20 s  loss 0.1\n',
      'train  90/100 steps  90 %  ETA 5 s  loss 0.1\n',
      'train  100/100 steps  100 %  in 50 s  loss 0.1\n',
    ]);
  });

  it('does not write the end twice when it falls on a plain line', () => {
    const { stream, written } = memory();
    let now = 0;
    const progress = new Progress({ label: 'train', total: 2, unit: 'steps', stream, now: () => now });
    now = 20_000;
    progress.update(2);
    now = 21_000;
    progress.finish();
    expect(written).toEqual(['train  0/2 steps  0 %\n', 'train  2/2 steps  100 %  in 20 s\n']);
  });

  it('counts resumed work in the bar but not in the speed', () => {
    const { stream } = memory();
    let now = 0;
    const progress = new Progress({ label: 'train', total: 100, start: 50, stream, now: () => now });
    now = 10_000;
    progress.update(60);
    expect(progress.text()).toBe('train  60/100  60 %  ETA 40 s');
  });

  it('says durations in words', () => {
    expect([42, 185, 7800].map(formatDuration)).toEqual(['42 s', '3 min 05 s', '2 h 10 min']);
  });
});
