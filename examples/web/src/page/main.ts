import { type BackendName, backendNames } from '../messages.js';
import { Comparison } from './comparison.js';
import { element } from './elements.js';
import { Enhancer } from './enhancer.js';
import { acceptPhotographs } from './intake.js';
import { remaining } from './remaining.js';
import type { SavedFormat } from './result-name.js';
import { save } from './save.js';

/** empty: waits for a photograph; working: enhances one; done: shows the result. */
type State = 'empty' | 'working' | 'done';

const intake = element('intake', HTMLElement);
const result = element('result', HTMLElement);
const working = element('working', HTMLDivElement);
const actions = element('actions', HTMLDivElement);
const failure = element('failure', HTMLParagraphElement);
const progress = element('progress', HTMLProgressElement);
const stage = element('stage', HTMLOutputElement);
const backend = element('backend', HTMLParagraphElement);
const timing = element('timing', HTMLParagraphElement);
const zoom = element('zoom', HTMLButtonElement);

let name = 'photograph';
let address = '';
let tiles = 1;
let size = '';
let started = 0;

const comparison = new Comparison((zoomed) => {
  zoom.setAttribute('aria-pressed', String(zoomed));
  zoom.disabled = !zoomed && !comparison.canZoom;
});

const enhancer = new Enhancer(new URL('./model/', document.baseURI).href, backendOfAddress(), {
  backend: ({ name, threads, note }) => {
    const labels = { webgpu: 'WebGPU', wasm: `WebAssembly${threads > 1 ? `, ${threads} threads` : ''}`, cpu: 'JavaScript' } as const;
    backend.textContent = `Runs on ${labels[name]}. ${note ?? ''}`;
    document.body.dataset.backend = name;
  },
  opened: ({ width, height, tiles: count }) => {
    tiles = count;
    started = performance.now();
    size = `${width} x ${height}`;
    result.hidden = false;
    if (!comparison.open(address, width, height)) fail(`This browser has no memory for a picture of ${size} pixels. Make it smaller.`);
    stage.textContent = tiles === 1 ? `Enhancing ${size} pixels` : `Enhancing ${size} pixels in ${tiles} tiles`;
  },
  rows: ({ rows, top }) => comparison.put(rows, top),
  progress: ({ done }) => {
    progress.value = done / tiles;
    if (done < tiles) stage.textContent = `Tile ${done} of ${tiles}, ${remaining((performance.now() - started) / 1000, done, tiles)}`;
  },
  finished: ({ seconds }) => {
    show('done');
    timing.textContent = `${size} pixels in ${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
    comparison.focus();
  },
  failed: fail,
});

acceptPhotographs(element('file', HTMLInputElement), enhance, fail);
element('sample', HTMLButtonElement).addEventListener('click', enhanceSample);
element('cancel', HTMLButtonElement).addEventListener('click', reset);
element('another', HTMLButtonElement).addEventListener('click', reset);
zoom.addEventListener('click', () => comparison.toggleZoom());
element('save-png', HTMLButtonElement).addEventListener('click', () => saveAs('image/png'));
element('save-jpeg', HTMLButtonElement).addEventListener('click', () => saveAs('image/jpeg'));

function enhance(file: File): void {
  forget();
  name = file.name;
  address = URL.createObjectURL(file);
  progress.removeAttribute('value');
  stage.textContent = 'Opening the photograph';
  show('working');
  enhancer.enhance(file);
}

async function enhanceSample(): Promise<void> {
  try {
    const response = await fetch('./sample.png');
    if (!response.ok) throw new Error(`status ${response.status}`);
    enhance(new File([await response.blob()], 'sample.png', { type: 'image/png' }));
  } catch (error) {
    fail(`The sample could not be loaded (${error instanceof Error ? error.message : String(error)}).`);
  }
}

async function saveAs(format: SavedFormat): Promise<void> {
  try {
    await save(comparison.canvas, name, format);
  } catch (error) {
    fail(`The picture could not be saved: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

function fail(sentence: string): void {
  failure.textContent = sentence;
  failure.hidden = false;
  if (document.body.dataset.state === 'working') {
    enhancer.cancel();
    comparison.clear();
    show('empty');
  }
}

function reset(): void {
  enhancer.cancel();
  forget();
  show('empty');
  element('file', HTMLInputElement).focus();
}

/** Lets go of the photograph that was there. */
function forget(): void {
  failure.hidden = true;
  timing.textContent = '';
  comparison.clear();
  if (address) URL.revokeObjectURL(address);
  address = '';
}

function show(state: State): void {
  document.body.dataset.state = state;
  intake.hidden = state !== 'empty';
  working.hidden = state !== 'working';
  actions.hidden = state !== 'done';
  if (state !== 'done') result.hidden = state === 'empty';
}

/** `?backend=wasm` leaves no choice: for comparisons. */
function backendOfAddress(): BackendName | undefined {
  const wanted = new URLSearchParams(location.search).get('backend');
  return backendNames.find((candidate) => candidate === wanted);
}
