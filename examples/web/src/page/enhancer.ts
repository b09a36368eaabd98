import type { BackendName, FromWorker, ToWorker } from '../messages.js';

type Message<Type extends FromWorker['type']> = Extract<FromWorker, { type: Type }>;

/** What happens while a photograph is enhanced. */
export interface Listener {
  backend(message: Message<'backend'>): void;
  opened(message: Message<'opened'>): void;
  rows(message: Message<'rows'>): void;
  progress(message: Message<'progress'>): void;
  finished(message: Message<'finished'>): void;
  failed(sentence: string): void;
}

/** The worker as the page sees it: one photograph at a time, a new worker after one has failed. */
export class Enhancer {
  private worker: Worker | undefined;
  private job = 0;
  /** Whether the page waits for the job. */
  private awaited = false;

  /** @param model address of the folder with the compiled network. @param backend the only one to use; undefined lets the worker choose. */
  constructor(
    private readonly model: string,
    private readonly backend: BackendName | undefined,
    private readonly listener: Listener,
  ) {
    this.worker = this.start();
  }

  /** Enhances a photograph; an earlier one is given up. */
  enhance(file: Blob): void {
    this.worker ??= this.start();
    this.awaited = true;
    post(this.worker, { type: 'enhance', job: ++this.job, file });
  }

  /** Gives up the photograph: the listener hears no more of it, whatever the worker still computes. */
  cancel(): void {
    this.job++;
    this.awaited = false;
    if (this.worker) post(this.worker, { type: 'cancel' });
  }

  private start(): Worker {
    const worker = new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => this.hear(data));
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.drop(`The photograph could not be enhanced: ${event.message || 'a part of the page could not be loaded'}.`, true);
    });
    post(worker, { type: 'start', model: this.model, backend: this.backend });
    return worker;
  }

  private hear(message: FromWorker): void {
    if (message.type === 'backend') this.listener.backend(message);
    else if (message.type === 'failed' && message.restart) this.drop(message.sentence, message.job === undefined);
    else if (message.job === this.job) this.hearOfJob(message);
  }

  private hearOfJob(message: Exclude<FromWorker, { type: 'backend' }>): void {
    if (message.type === 'failed' || message.type === 'finished') this.awaited = false;
    switch (message.type) {
      case 'failed':
        this.listener.failed(message.sentence);
        break;
      case 'opened':
        this.listener.opened(message);
        break;
      case 'rows':
        this.listener.rows(message);
        break;
      case 'progress':
        this.listener.progress(message);
        break;
      case 'finished':
        this.listener.finished(message);
    }
  }

  /** Gives up the worker. A photograph that was cancelled before the worker failed is nobody's concern; a later one is lost with it. */
  private drop(sentence: string, always: boolean): void {
    this.worker?.terminate();
    this.worker = undefined;
    if (always || this.awaited) this.listener.failed(sentence);
    this.awaited = false;
  }
}

function post(worker: Worker, message: ToWorker): void {
  worker.postMessage(message);
}
