// What was dropped, by reason: over time, and in words.

import { COUNTERS } from './counters.js';
import { $, each, element, setText, setTitle } from './elements.js';
import { History } from './history.js';
import { DropsPlot } from './plot.js';
import { count, perSecond } from './text.js';

/** As many as there are colours. */
const MAX_REASONS = 6;

/** What a reason means, with its first letter large; the name itself where this page does not know it. */
export function inWords(reason) {
  const sentence = COUNTERS[reason];
  return sentence ? sentence[0].toUpperCase() + sentence.slice(1) : reason;
}

/** A list of reasons with their counts, the most first. */
export function showDropList(list, drops) {
  each(
    list,
    Object.entries(drops).sort(([, a], [, b]) => b - a),
    () => element('li', '', element('strong'), ' ', element('span')),
    (item, [reason, total]) => {
      setText(item.firstElementChild, count(total));
      setText(item.lastElementChild, inWords(reason));
      setTitle(item, reason);
    },
  );
}

export class DropsPanel {
  #plot;

  constructor(now) {
    this.#plot = new DropsPlot($('drops-plot'), now);
  }

  show(device) {
    const history = device?.drops ?? new History();
    const reasons = history.largest().slice(0, MAX_REASONS);
    const none = reasons.length === 0;
    $('drops-none').hidden = !none;
    $('drops-plot').hidden = none;
    $('drops-table').hidden = none;
    setText($('drops-total'), device ? `${count(device.totalDrops())} so far` : '');
    if (none) return;
    this.#plot.show(history, reasons);
    each($('drops-table').tBodies[0], reasons, makeRow, (row, reason, i) => {
      const [words, now, total] = row.cells;
      words.firstElementChild.className = `swatch series-${i + 1}`;
      setText(words.lastElementChild, inWords(reason));
      setTitle(words, reason);
      const rate = history.last(reason);
      setText(now, perSecond(rate));
      now.className = rate > 0 ? 'growing' : 'idle';
      setText(total, count(device.figures.counters[reason] ?? 0));
    });
  }
}

function makeRow() {
  return element('tr', '', element('td', '', element('span'), element('span')), element('td'), element('td'));
}
