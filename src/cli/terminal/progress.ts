import { colorsFor } from './colors.js';

export interface ProgressOptions {
  /** What is being done, e.g. 'stage refinement'. */
  readonly label: string;
  /** Units of work in all; undefined when unknown (then there is no bar and no ETA). */
  readonly total?: number | undefined;
  /** Units done before this process started (a resumed run): they count in the bar, not in the speed. */
  readonly start?: number;
  /** 'step', 'image', 'MB'. */
  readonly unit?: string;
  readonly stream?: NodeJS.WriteStream;
  /** Milliseconds; injectable for tests. */
  readonly now?: () => number;
  /** Whether to redraw in place; default: whether the stream is a terminal. */
  readonly interactive?: boolean;
}

const barWidth = 24;
const redrawEveryMs = 100;
const plainLineEveryMs = 15_000;

/** '42 s', '3 min 05 s', '2 h 10 min'. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
}

/**
 * Progress of long work on stderr: a bar with ETA redrawn in place on a terminal, elsewhere a plain line at the start, every 15 s and at the end.
 * `update` may be called as often as wanted. Nothing is written after `finish`.
 */
export class Progress {
  private readonly stream: NodeJS.WriteStream;
  private readonly now: () => number;
  private readonly interactive: boolean;
  private readonly startedAt: number;
  private lastDrawnAt = Number.NEGATIVE_INFINITY;
  private done: number;
  private detail = '';
  private finished = false;
  private drawn: { readonly done: number; readonly detail: string } | undefined;

  constructor(private readonly options: ProgressOptions) {
    this.stream = options.stream ?? process.stderr;
    this.now = options.now ?? (() => performance.now());
    this.interactive = options.interactive ?? this.stream.isTTY === true;
    this.startedAt = this.now();
    this.done = options.start ?? 0;
    this.draw(true);
  }

  /** Says that `done` units are done in all; `detail` ('loss 0.123') is shown after the ETA. */
  update(done: number, detail = this.detail): void {
    this.done = done;
    this.detail = detail;
    this.draw(false);
  }

  /** Writes a line above the bar. */
  note(line: string): void {
    if (this.interactive && !this.finished) this.stream.write('\r\x1b[K');
    this.stream.write(`${line}\n`);
    if (!this.finished) this.draw(this.interactive);
  }

  /** Draws the last state and leaves it standing; further calls do nothing. */
  finish(detail = this.detail): void {
    if (this.finished) return;
    this.detail = detail;
    this.draw(true);
    if (this.interactive) this.stream.write('\n');
    this.finished = true;
  }

  /** The line as it would be drawn now. */
  text(): string {
    const { label, total, unit = '', start = 0 } = this.options;
    const colors = colorsFor(this.interactive ? this.stream : {});
    const elapsed = (this.now() - this.startedAt) / 1000;
    const fresh = this.done - start;
    const parts = [label];
    if (total === undefined || total <= 0) {
      parts.push(`${this.done} ${unit}`.trim());
    } else {
      const share = Math.max(0, Math.min(1, this.done / total));
      const filled = Math.round(share * barWidth);
      if (this.interactive) parts.push(colors.cyan('━'.repeat(filled)) + colors.dim('━'.repeat(barWidth - filled)));
      parts.push(`${this.done}/${total} ${unit}`.trim(), `${Math.floor(share * 100)} %`);
    }
    if (total !== undefined && this.done >= total) parts.push(`in ${formatDuration(elapsed)}`);
    else if (total !== undefined && fresh > 0) parts.push(`ETA ${formatDuration(((total - this.done) * elapsed) / fresh)}`);
    if (this.detail !== '') parts.push(this.detail);
    return parts.join('  ');
  }

  private draw(always: boolean): void {
    if (this.finished) return;
    const now = this.now();
    const pause = this.interactive ? redrawEveryMs : plainLineEveryMs;
    if (!always && now - this.lastDrawnAt < pause) return;
    this.lastDrawnAt = now;
    if (this.interactive) this.stream.write(`\r\x1b[K${this.text()}`);
    // The end may fall on a line that has just been written.
    else if (this.drawn?.done !== this.done || this.drawn.detail !== this.detail) this.stream.write(`${this.text()}\n`);
    this.drawn = { done: this.done, detail: this.detail };
  }
}
