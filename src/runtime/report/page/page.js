// The script of report.html: interactive curves in place of the static ones, and pictures that zoom and move together. The page can be read without it.
// @ts-check

/** @typedef {{ title: string, steps: number[], series: { name: string, values: (number | null)[] }[] }} Chart */
/** @typedef {{ stage: string, step: number, outputs: (string | null)[] }} Moment */

(() => {
  for (const element of document.querySelectorAll('.controls, .script')) element.removeAttribute('hidden');
  drawCharts(read('charts'));
  linkPictures();
  replaceOutputs(read('history'));

  /** @param {string} id */
  function read(id) {
    return JSON.parse(document.getElementById(id)?.textContent ?? '[]');
  }

  /** @param {string} name */
  function color(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  /** @param {Chart[]} charts */
  function drawCharts(charts) {
    const smoothing = /** @type {HTMLInputElement | null} */ (document.getElementById('smoothing'));
    const logarithmic = /** @type {HTMLInputElement | null} */ (document.getElementById('logarithmic'));
    if (smoothing === null || logarithmic === null) return;
    /** @type {import('uplot')[]} */
    let drawn = [];
    const draw = () => {
      for (const plot of drawn) plot.destroy();
      drawn = [];
      for (const figure of document.querySelectorAll('[data-chart]')) {
        const chart = charts[Number(/** @type {HTMLElement} */ (figure).dataset.chart)];
        if (chart === undefined) continue;
        // What uPlot draws takes the place of the static curve; the caption stays.
        for (const part of figure.querySelectorAll('svg, .legend')) part.setAttribute('hidden', '');
        drawn.push(plotOf(chart, figure, Number(smoothing.value), logarithmic.checked));
      }
    };
    draw();
    smoothing.addEventListener('input', draw);
    logarithmic.addEventListener('change', draw);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
    addEventListener('resize', () => {
      for (const plot of drawn) plot.setSize({ width: plot.root.parentElement?.clientWidth ?? 600, height: 240 });
    });
  }

  /**
   * @param {Chart} chart
   * @param {Element} figure
   * @param {number} weight of the past in the moving average.
   * @param {boolean} isLogarithmic
   */
  function plotOf(chart, figure, weight, isLogarithmic) {
    const positive = chart.series.some(({ values }) => values.some((value) => value !== null && value > 0));
    const logarithmic = isLogarithmic && positive;
    const data = chart.series.map(({ values }) => {
      const smooth = smoothed(values, weight);
      return logarithmic ? smooth.map((value) => (value !== null && value > 0 ? value : null)) : smooth;
    });
    const axis = { stroke: color('--quiet'), grid: { stroke: color('--line'), width: 1 }, ticks: { stroke: color('--line'), width: 1 } };
    /** @type {import('uplot').Options} */
    const options = {
      width: figure.clientWidth,
      height: 240,
      scales: { x: { time: false }, y: logarithmic ? { distr: 3 } : {} },
      axes: [axis, { ...axis, size: 64, values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : numberText(tick))) }],
      cursor: { sync: { key: 'steps', setSeries: false } },
      series: [
        { label: 'step' },
        ...chart.series.map(({ name }, i) => ({
          label: name,
          stroke: color(`--series-${i % 8}`),
          width: 1.5,
          points: { show: chart.steps.length < 40 },
          /** @type {(plot: unknown, value: number | null) => string} */
          value: (_plot, value) => (value === null ? '–' : numberText(value)),
        })),
      ],
    };
    return new uPlot(options, [chart.steps, ...data], /** @type {HTMLElement} */ (figure));
  }

  /**
   * Exponential moving average, corrected for its start as Adam's moments are.
   * @param {(number | null)[]} values
   * @param {number} weight
   */
  function smoothed(values, weight) {
    let mean = 0;
    let sum = 0;
    return values.map((value) => {
      if (value === null) return null;
      mean = weight * mean + (1 - weight) * value;
      sum = weight * sum + (1 - weight);
      return mean / sum;
    });
  }

  /** @param {number} value */
  function numberText(value) {
    const size = Math.abs(value);
    return size !== 0 && (size < 1e-4 || size >= 1e6)
      ? String(Number(value.toPrecision(3)).toExponential())
      : String(Number(value.toPrecision(5)));
  }

  function linkPictures() {
    for (const images of document.querySelectorAll('.images')) link(/** @type {HTMLElement} */ (images));
  }

  /**
   * Zooms and moves the images of a pair together.
   * @param {HTMLElement} row
   */
  function link(row) {
    const frames = [.../** @type {NodeListOf<HTMLElement>} */ (row.querySelectorAll('.frame'))];
    /** Shares of the frame: the upper left corner of the image, which is `scale` times as large as the frame. */
    let view = { x: 0, y: 0, scale: 1 };
    const show = (/** @type {{ x: number, y: number, scale: number }} */ next) => {
      const scale = Math.min(32, Math.max(1, next.scale));
      const within = (/** @type {number} */ offset) => Math.min(0, Math.max(1 - scale, offset));
      view = { scale, x: within(next.x), y: within(next.y) };
      const pixels = (view.scale * (frames[0]?.clientWidth ?? 1)) / Number(row.dataset.width);
      row.classList.toggle('far', scale > 1);
      row.classList.toggle('near', pixels >= 2);
      for (const frame of frames) {
        const image = /** @type {HTMLElement} */ (frame.firstElementChild);
        image.style.transform = `translate(${view.x * frame.clientWidth}px, ${view.y * frame.clientHeight}px) scale(${view.scale})`;
      }
    };
    /** Zooms about a point given in shares of the frame. */
    const zoom = (/** @type {number} */ factor, x = 0.5, y = 0.5) => {
      const scale = Math.min(32, Math.max(1, view.scale * factor));
      const ratio = scale / view.scale;
      show({ scale, x: x - (x - view.x) * ratio, y: y - (y - view.y) * ratio });
    };
    const keys = new Map([
      ['+', () => zoom(1.5)],
      ['=', () => zoom(1.5)],
      ['-', () => zoom(1 / 1.5)],
      ['0', () => show({ x: 0, y: 0, scale: 1 })],
      ['Escape', () => row.blur()],
      ['ArrowLeft', () => show({ ...view, x: view.x + 0.1 })],
      ['ArrowRight', () => show({ ...view, x: view.x - 0.1 })],
      ['ArrowUp', () => show({ ...view, y: view.y + 0.1 })],
      ['ArrowDown', () => show({ ...view, y: view.y - 0.1 })],
    ]);
    row.addEventListener('keydown', (event) => {
      const act = keys.get(event.key);
      if (act === undefined || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      act();
    });
    for (const frame of frames) {
      frame.addEventListener(
        'wheel',
        (event) => {
          // A page that is scrolled past its pictures goes on scrolling.
          if (!event.ctrlKey && !event.metaKey && document.activeElement !== row) return;
          event.preventDefault();
          const box = frame.getBoundingClientRect();
          zoom(Math.exp(-event.deltaY * 0.002), (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
        },
        { passive: false },
      );
      frame.addEventListener('dblclick', (event) => {
        const box = frame.getBoundingClientRect();
        zoom(2, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
      });
      frame.addEventListener('pointerdown', (event) => {
        row.focus({ preventScroll: true });
        if (view.scale === 1) return;
        event.preventDefault();
        frame.setPointerCapture(event.pointerId);
        let last = { x: event.clientX, y: event.clientY };
        const move = (/** @type {PointerEvent} */ at) => {
          show({ ...view, x: view.x + (at.clientX - last.x) / frame.clientWidth, y: view.y + (at.clientY - last.y) / frame.clientHeight });
          last = { x: at.clientX, y: at.clientY };
        };
        frame.addEventListener('pointermove', move);
        frame.addEventListener('lostpointercapture', () => frame.removeEventListener('pointermove', move), { once: true });
      });
    }
    addEventListener('resize', () => show(view));
  }

  /**
   * Shows what the model made of the samples at an earlier moment.
   * @param {Moment[]} earlier
   */
  function replaceOutputs(earlier) {
    const slider = /** @type {HTMLInputElement | null} */ (document.getElementById('moment'));
    const text = document.getElementById('moment-text');
    if (slider === null || text === null) return;
    const images = [.../** @type {NodeListOf<HTMLImageElement>} */ (document.querySelectorAll('[data-sample]'))];
    const latest = { text: text.textContent, outputs: images.map((image) => image.src) };
    slider.addEventListener('input', () => {
      const moment = earlier[Number(slider.value)];
      text.textContent = moment === undefined ? latest.text : `step ${moment.step} of ${moment.stage}`;
      for (const [i, image] of images.entries()) {
        image.src = moment?.outputs[Number(image.dataset.sample)] ?? latest.outputs[i] ?? '';
      }
    });
  }
})();
