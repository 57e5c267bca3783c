// Throughput of the last minutes.

import uPlot from './uplot.js';
import { WINDOW_SECONDS } from './store.js';
import { clock, rate } from './text.js';

const HEIGHT = 190;

export class ThroughputPlot {
  #host;
  #plot = null;
  #data = [[], [], []];
  #now;
  #label = '';

  /** @param now the router's time in milliseconds */
  constructor(host, now) {
    this.#host = host;
    this.#now = now;
    new ResizeObserver(() => this.#resize()).observe(host);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#build());
  }

  show(history, label) {
    this.#data = history.data;
    const { received, sent } = history;
    this.#label = `${label}: ${rate(received.at(-1) ?? undefined)} received, ${rate(sent.at(-1) ?? undefined)} sent`;
    if (!this.#plot) this.#build();
    else {
      this.#plot.setData(this.#data);
      this.#describe();
    }
  }

  /** Says what is now, and where the pointer is not over the plot the legend says it too. */
  #describe() {
    if (!(this.#plot.cursor.left >= 0)) this.#plot.setLegend({ idx: this.#data[0].length - 1 });
    this.#host.ariaLabel = this.#label;
  }

  #resize() {
    const width = this.#host.clientWidth;
    if (this.#plot && width > 0 && width !== this.#plot.width) this.#plot.setSize({ width, height: HEIGHT });
  }

  #build() {
    this.#plot?.destroy();
    const style = getComputedStyle(document.documentElement);
    const color = (name) => style.getPropertyValue(name).trim();
    const axis = {
      stroke: color('--muted'),
      grid: { stroke: color('--line'), width: 1 },
      ticks: { stroke: color('--line'), width: 1 },
      font: '12px system-ui, sans-serif',
    };
    const series = (label, name) => ({
      label,
      stroke: color(name),
      width: 1.5,
      points: { show: false },
      value: (plot, value) => (value === null || value === undefined ? '–' : rate(value)),
    });
    this.#plot = new uPlot(
      {
        width: Math.max(200, this.#host.clientWidth),
        height: HEIGHT,
        scales: {
          x: {
            time: true,
            range: () => {
              const end = this.#now() / 1000;
              return [end - WINDOW_SECONDS, end];
            },
          },
          y: { range: (plot, low, high) => [0, Math.max(128, (high ?? 0) * 1.1)] },
        },
        axes: [
          {
            ...axis,
            // A line each minute where there is no room for seconds.
            space: (plot, number, low, high, pixels) => (pixels < 700 ? (pixels * 55) / WINDOW_SECONDS : 70),
            values: (plot, splits, number, space, step) =>
              splits.map((seconds) => clock(seconds * 1000).slice(0, step < 60 ? 8 : 5)),
          },
          { ...axis, size: 84, values: (plot, splits) => splits.map(axisRate), splits: bitSplits },
        ],
        series: [
          { label: 'Time', value: (plot, seconds) => (seconds === null ? '–' : clock(seconds * 1000)) },
          series('Received', '--received'),
          series('Sent', '--sent'),
        ],
        cursor: { drag: { x: false, y: false } },
        legend: { live: true },
      },
      this.#data,
      this.#host,
    );
    this.#describe();
  }
}

function axisRate(bytesPerSecond) {
  return rate(bytesPerSecond).replace(/\.0+ /, ' ');
}

/** Lines at round numbers of bits, though the values are bytes. */
function bitSplits(plot, axis, low, high) {
  const bits = (high * 8) / 4;
  const power = 10 ** Math.floor(Math.log10(bits));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= bits) / 8;
  const splits = [];
  for (let at = 0; at <= high; at += step) splits.push(at);
  return splits;
}
