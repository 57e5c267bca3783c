// Rates of the last minutes as lines.

import uPlot from './uplot.js';
import { WINDOW_SECONDS } from './history.js';
import { clock, perSecond, rate } from './text.js';

class Plot {
  #host;
  #plot = null;
  #data = [[]];
  #series = [];
  #now;
  #kind;

  /**
   * @param now the router's time in milliseconds
   * @param kind height, legend (or not), text of a value, splits and width of its axis, least upper end
   */
  constructor(host, now, kind) {
    this.#host = host;
    this.#now = now;
    this.#kind = kind;
    new ResizeObserver(() => this.#resize()).observe(host);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#build());
  }

  /** @param series label and colour (a name in the style sheet) of each line of `data` */
  draw(data, series, label) {
    const same = series.map((each) => each.label).join('\n') === this.#series.map((each) => each.label).join('\n');
    this.#data = data;
    this.#series = series;
    this.#host.ariaLabel = label;
    if (this.#plot && same) {
      this.#plot.setData(data);
      this.#describe();
    } else this.#build();
  }

  /** Where the pointer is not over the plot the legend says what is now. */
  #describe() {
    if (this.#kind.legend && !(this.#plot.cursor.left >= 0)) this.#plot.setLegend({ idx: this.#data[0].length - 1 });
  }

  #resize() {
    const width = this.#host.clientWidth;
    if (!this.#plot || width === 0 || width === this.#plot.width) return;
    this.#plot.setSize({ width, height: this.#kind.height });
  }

  #build() {
    this.#plot?.destroy();
    const style = getComputedStyle(document.documentElement);
    const color = (name) => style.getPropertyValue(name).trim();
    const axis = {
      stroke: color('--muted'),
      grid: { stroke: color('--line'), width: 1 },
      ticks: { show: false },
      font: '11px system-ui, sans-serif',
    };
    const { height, legend, text, splits, least, axisWidth } = this.#kind;
    this.#plot = new uPlot(
      {
        width: Math.max(200, this.#host.clientWidth),
        height,
        scales: {
          x: {
            time: true,
            range: () => {
              const end = this.#now() / 1000;
              return [end - WINDOW_SECONDS, end];
            },
          },
          y: { range: (plot, low, high) => [0, Math.max(least, (high ?? 0) * 1.1)] },
        },
        axes: [
          {
            ...axis,
            size: 30,
            // A line each minute where there is no room for seconds.
            space: (plot, number, low, high, pixels) => (pixels < 700 ? (pixels * 55) / WINDOW_SECONDS : 70),
            values: (plot, at, number, space, step) =>
              at.map((seconds) => clock(seconds * 1000).slice(0, step < 60 ? 8 : 5)),
          },
          {
            ...axis,
            size: axisWidth,
            space: 34,
            splits,
            values: (plot, at) => at.map((value) => text(value).replace(/\.0+(?= |\/)/, '')),
          },
        ],
        series: [
          { label: 'Time', value: (plot, seconds) => ((seconds ?? null) === null ? '–' : clock(seconds * 1000)) },
          ...this.#series.map((each) => ({
            label: each.label,
            stroke: color(each.color),
            fill: legend ? `${color(each.color)}14` : undefined,
            width: 1.5,
            points: { show: false },
            value: (plot, value) => text(value ?? undefined),
          })),
        ],
        cursor: { drag: { x: false, y: false }, points: { size: 6 } },
        legend: { show: legend, live: true },
      },
      this.#data,
      this.#host,
    );
    this.#describe();
  }
}

/** What is received and sent. */
export class ThroughputPlot {
  #plot;

  constructor(host, now, height) {
    this.#plot = new Plot(host, now, { height, legend: true, text: rate, splits: bitSplits, least: 128, axisWidth: 70 });
  }

  show(history, label) {
    this.#plot.draw(
      history.data(['received', 'sent']),
      [
        { label: 'Received', color: '--received' },
        { label: 'Sent', color: '--sent' },
      ],
      `${label}: ${rate(history.last('received'))} received, ${rate(history.last('sent'))} sent`,
    );
  }
}

/** Drops by reason; the table beside it is the legend. */
export class DropsPlot {
  #plot;

  constructor(host, now) {
    this.#plot = new Plot(host, now, { height: 130, legend: false, text: perSecond, least: 1, axisWidth: 52 });
  }

  show(history, reasons) {
    this.#plot.draw(
      history.data(reasons),
      reasons.map((label, i) => ({ label, color: `--series-${i + 1}` })),
      `Drops of the last minutes: ${reasons.map((name) => `${name} ${perSecond(history.last(name))}`).join(', ')}`,
    );
  }
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
