import { element } from './elements.js';
import { panned, pixelView, splitAfterKey, type View, wholeView } from './view.js';

/**
 * Before and after, one over the other with a border that moves: by dragging anywhere, or by the keys of a slider. At actual size dragging moves the
 * picture and only the handle moves the border.
 */
export class Comparison {
  private readonly frame = element('comparison', HTMLDivElement);
  private readonly before = element('before', HTMLImageElement);
  private readonly after = element('after', HTMLCanvasElement);
  private readonly slider = element('slider', HTMLDivElement);
  private split = 50;
  private view: View | undefined;

  constructor(private readonly zoomChanged: (zoomed: boolean) => void) {
    this.slider.addEventListener('keydown', (event) => {
      const split = splitAfterKey(this.split, event.key, event.shiftKey);
      if (split === undefined) return;
      event.preventDefault();
      this.moveTo(split);
    });
    this.frame.addEventListener('pointerdown', (event) => this.drag(event));
    this.frame.addEventListener('dblclick', (event) => this.toggleZoom(this.pointOf(event)));
    new ResizeObserver(() => this.stayInside()).observe(this.frame);
  }

  get canvas(): HTMLCanvasElement {
    return this.after;
  }

  /** Shows the photograph while it is enhanced. @returns false when the browser has no canvas of this size. */
  open(address: string, width: number, height: number): boolean {
    this.before.src = address;
    this.frame.style.setProperty('--width', String(width));
    this.frame.style.setProperty('--height', String(height));
    this.after.width = width;
    this.after.height = height;
    this.place(undefined);
    this.moveTo(50);
    return holdsPixels(this.after);
  }

  put(rows: ImageData, top: number): void {
    this.after.getContext('2d')?.putImageData(rows, 0, top);
  }

  /** Frees the pictures. */
  clear(): void {
    this.before.removeAttribute('src');
    this.after.width = 0;
    this.after.height = 0;
  }

  focus(): void {
    this.slider.focus({ preventScroll: true });
  }

  /** Whether the picture at actual size is larger than the frame. */
  get canZoom(): boolean {
    return this.after.width / devicePixelRatio > this.frame.clientWidth + 1;
  }

  /** Between the whole picture and its actual size, around a point of it: coordinates from 0 to 1. */
  toggleZoom(centre = { x: 0.5, y: 0.5 }): void {
    const { clientWidth: width, clientHeight: height } = this.frame;
    if (this.view === undefined && !this.canZoom) return;
    this.place(this.view === undefined ? pixelView(this.after, { width, height }, devicePixelRatio, centre) : undefined);
  }

  private moveTo(split: number): void {
    this.split = split;
    this.frame.style.setProperty('--split', `${split}%`);
    const percent = Math.round(split);
    this.slider.setAttribute('aria-valuenow', String(percent));
    this.slider.setAttribute('aria-valuetext', `${percent} % before, ${100 - percent} % after`);
  }

  /** @param view at actual size; undefined shows the whole picture. */
  private place(view: View | undefined): void {
    this.view = view;
    this.frame.classList.toggle('zoomed', view !== undefined);
    for (const picture of [this.before, this.after]) {
      picture.style.width = view ? `${view.width}px` : '';
      picture.style.height = view ? `${view.height}px` : '';
      picture.style.transform = view ? `translate(${view.x}px, ${view.y}px)` : '';
    }
    this.zoomChanged(view !== undefined);
  }

  private drag(event: PointerEvent): void {
    if (event.button !== 0 || document.body.dataset.state === 'working') return;
    const panning = this.view !== undefined && event.target !== this.slider;
    let { clientX, clientY } = event;
    const move = (to: PointerEvent) => {
      if (panning && this.view) {
        const { clientWidth: width, clientHeight: height } = this.frame;
        this.place(panned(this.view, to.clientX - clientX, to.clientY - clientY, { width, height }));
        ({ clientX, clientY } = to);
      } else this.moveTo(100 * fractionOf(to.clientX, this.frame.getBoundingClientRect()));
    };
    if (!panning) {
      move(event);
      this.focus();
    }
    event.preventDefault();
    this.frame.setPointerCapture(event.pointerId);
    const end = new AbortController();
    this.frame.addEventListener('pointermove', move, { signal: end.signal });
    for (const name of ['pointerup', 'pointercancel'] as const)
      this.frame.addEventListener(name, () => end.abort(), { signal: end.signal });
  }

  /** The point of the picture under a pointer. */
  private pointOf({ clientX, clientY }: MouseEvent): { readonly x: number; readonly y: number } {
    const { left, top, width, height } = this.frame.getBoundingClientRect();
    const view = this.view ?? wholeView({ width, height });
    return { x: (clientX - left - view.x) / view.width, y: (clientY - top - view.y) / view.height };
  }

  /** After the frame has got another size. */
  private stayInside(): void {
    const { clientWidth: width, clientHeight: height } = this.frame;
    if (this.view) this.place(panned(this.view, 0, 0, { width, height }));
    else this.zoomChanged(false);
  }
}

function fractionOf(x: number, { left, width }: DOMRect): number {
  return Math.min(1, Math.max(0, (x - left) / width));
}

/** Browsers have different limits and give a canvas beyond them that stays empty. */
function holdsPixels(canvas: HTMLCanvasElement): boolean {
  const context = canvas.getContext('2d');
  if (context === null) return false;
  try {
    context.fillRect(canvas.width - 1, canvas.height - 1, 1, 1);
    const kept = context.getImageData(canvas.width - 1, canvas.height - 1, 1, 1).data[3] === 255;
    context.clearRect(0, 0, canvas.width, canvas.height);
    return kept;
  } catch {
    return false;
  }
}
