// What the plots show: points of the last minutes, one for each publication.

/** Seconds that a plot shows. */
export const WINDOW_SECONDS = 300;
const MAX_POINTS = 1200;

/** Rates by name. A name is there while it has a value within the window. */
export class History {
  times = [];
  series = new Map();

  /** @param values by name; a name that was never there was 0 until now */
  add(seconds, values) {
    for (const name of Object.keys(values)) {
      if (!this.series.has(name)) this.series.set(name, this.times.map(() => 0));
    }
    this.times.push(seconds);
    for (const [name, line] of this.series) line.push(values[name] ?? null);
    while (this.times.length > MAX_POINTS || this.times[0] < seconds - WINDOW_SECONDS * 1.2) {
      this.times.shift();
      for (const line of this.series.values()) line.shift();
    }
  }

  /** Where there were no figures, no line is drawn. */
  gap(seconds) {
    if (this.times.length > 0) this.add(seconds, {});
  }

  /** As uPlot wants it: the times, and a line for each name. */
  data(names) {
    return [this.times, ...names.map((name) => this.series.get(name) ?? this.times.map(() => null))];
  }

  last(name) {
    return this.series.get(name)?.at(-1) ?? undefined;
  }

  /** Names with something in the window, the most first. */
  largest() {
    const sums = new Map();
    for (const [name, line] of this.series) {
      const sum = line.reduce((all, value) => all + (value ?? 0), 0);
      if (sum > 0) sums.set(name, sum);
    }
    return [...sums].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([name]) => name);
  }
}
