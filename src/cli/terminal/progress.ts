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
const narrowestBar = 8;
const redrawEveryMs = 100;
/** A log of hours is not to be flooded: a line is written this often at first, and later less so. */
const plainLineEveryMs = 15_000;
const latePlainLineEveryMs = 60_000;
const lateAfterMs = 300_000;
/** Times that are remembered to tell the speed. */
const rememberedTimes = 128;

/** '42 s', '3 min 05 s', '2 h 10 min'. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
}

/**
 * Progress of long work on stderr: a bar with ETA redrawn in place on a terminal, elsewhere a plain line at the start, every 15 s (after five minutes every
 * minute) and at the end. The ETA goes by the speed of the later half of the work so far, so that a slow start is soon forgotten. On a terminal the line is
 * cut to its width. `update` may be called as often as wanted. Nothing is written after `finish`.
 */
export class Progress {
  private readonly stream: NodeJS.WriteStream;
  private readonly now: () => number;
  private readonly interactive: boolean;
  private readonly startedAt: number;
  private lastDrawnAt = Number.NEGATIVE_INFINITY;
  private done: number;
  private detail = '';
  /** How much was done when, oldest first. */
  private times: { readonly time: number; readonly done: number }[];
  private finished = false;
  private drawn: { readonly done: number; readonly detail: string } | undefined;

  constructor(private readonly options: ProgressOptions) {
    this.stream = options.stream ?? process.stderr;
    this.now = options.now ?? (() => performance.now());
    this.interactive = options.interactive ?? this.stream.isTTY === true;
    this.startedAt = this.now();
    this.done = options.start ?? 0;
    this.times = [{ time: this.startedAt, done: this.done }];
    this.draw(true);
  }

  /** Says that `done` units are done in all; `detail` ('loss 0.123') is shown after the ETA. */
  update(done: number, detail = this.detail): void {
    if (done !== this.done) this.remember(done);
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
    const { label, total } = this.options;
    const colors = colorsFor(this.interactive ? this.stream : {});
    const facts = this.facts();
    if (!this.interactive) return [label, ...facts].join('  ');
    // The last column stays free: some terminals go to the next line once it is written.
    const room = (this.stream.columns ?? 80) - 1;
    if (total === undefined || total <= 0) return cut([label, ...facts].join('  '), room);
    const rest = facts.join('  ');
    const width = Math.min(barWidth, Math.max(narrowestBar, room - label.length - rest.length - 4));
    const filled = Math.round(this.share(total) * width);
    const free = room - label.length - width - 4;
    // Where not even the label leaves room, the line is a plain one.
    if (free < narrowestBar) return cut(`${label}  ${rest}`, room);
    return `${label}  ${colors.cyan('━'.repeat(filled))}${colors.dim('━'.repeat(width - filled))}  ${cut(rest, free)}`;
  }

  /** What stands behind the label and the bar. */
  private facts(): string[] {
    const { total, unit = '' } = this.options;
    const facts: string[] = [];
    if (total === undefined || total <= 0) facts.push(`${this.done} ${unit}`.trim());
    else facts.push(`${this.done}/${total} ${unit}`.trim(), `${Math.floor(this.share(total) * 100)} %`);
    const pace = this.millisecondsPerUnit();
    if (total !== undefined && this.done >= total) facts.push(`in ${formatDuration((this.now() - this.startedAt) / 1000)}`);
    else if (total !== undefined && pace !== undefined) facts.push(`ETA ${formatDuration(((total - this.done) * pace) / 1000)}`);
    return this.detail === '' ? facts : [...facts, this.detail];
  }

  private share(total: number): number {
    return Math.max(0, Math.min(1, this.done / total));
  }

  private remember(done: number): void {
    this.times.push({ time: this.now(), done });
    if (this.times.length > rememberedTimes) this.times = this.times.filter((_, i) => i % 2 === 0 || i === this.times.length - 1);
  }

  /** Over the later half of the units done here; undefined where none is. */
  private millisecondsPerUnit(): number | undefined {
    const first = this.times[0]?.done ?? 0;
    const middle = (first + this.done) / 2;
    const from = this.times.findLast(({ done }) => done <= middle);
    return from === undefined || this.done <= from.done ? undefined : (this.now() - from.time) / (this.done - from.done);
  }

  private draw(always: boolean): void {
    if (this.finished) return;
    const now = this.now();
    const plainPause = now - this.startedAt <= lateAfterMs ? plainLineEveryMs : latePlainLineEveryMs;
    const pause = this.interactive ? redrawEveryMs : plainPause;
    if (!always && now - this.lastDrawnAt < pause) return;
    this.lastDrawnAt = now;
    if (this.interactive) this.stream.write(`\r\x1b[K${this.text()}`);
    // The end may fall on a line that has just been written.
    else if (this.drawn?.done !== this.done || this.drawn.detail !== this.detail) this.stream.write(`${this.text()}\n`);
    this.drawn = { done: this.done, detail: this.detail };
  }
}

function cut(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, Math.max(0, room - 1))}…`;
}
