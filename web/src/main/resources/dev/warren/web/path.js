// The way of a packet through the actors, drawn: the load of their event loops, and what passes between them.

import { setText } from './elements.js';
import { count, microseconds, percent, perSecond } from './text.js';

const SVG = 'http://www.w3.org/2000/svg';
/** Below this width the way goes from top to bottom. */
const WIDE_PIXELS = 640;
const END = { wide: 70, narrow: 34 };

/** Where they are: along the packet's way, and beside it. The task is said where no load is known. */
const ACTORS = {
  tun: { title: 'TUN', along: 0, beside: 0, task: 'reads and writes frames' },
  peers: { title: 'Peers', along: 1, beside: 0, task: 'seal and open packets' },
  udp: { title: 'UDP', along: 2, beside: 0, task: 'sends and receives' },
  sockets: { title: 'Control, HTTP', along: 0, beside: 1, task: 'wg, this page' },
  router: { title: 'Router', along: 1, beside: 1, task: 'allowed IPs, peers' },
  handshakes: { title: 'Handshakes', along: 2, beside: 1, task: 'cookies, limits' },
};

export class PathPicture {
  #host;
  #svg = node('svg', { role: 'img' });
  #boxes = {};
  #labels = {};
  #width = 0;
  #last = [null, null];

  constructor(host) {
    this.#host = host;
    host.append(this.#svg);
    new ResizeObserver(() => {
      if (host.clientWidth !== this.#width) this.show(...this.#last);
    }).observe(host);
  }

  show(router, device) {
    this.#last = [router, device];
    const width = this.#host.clientWidth;
    if (width === 0) return;
    if (width !== this.#width) this.#build(width);
    const flows = flowsOf(device);
    for (const [name, { text, label }] of Object.entries(flows)) {
      setLabel(this.#labels[name], text, label);
    }
    const loads = loadsOf(router, device);
    for (const [name, load] of Object.entries(loads)) this.#boxes[name].show(load);
    this.#svg.setAttribute('aria-label', inWords(flows, loads));
  }

  #build(width) {
    this.#width = width;
    this.#svg.replaceChildren(arrowHeads());
    const wide = width >= WIDE_PIXELS;
    const layout = wide ? wideLayout(width) : narrowLayout(width);
    this.#svg.setAttribute('width', width);
    this.#svg.setAttribute('height', layout.height);
    for (const [name, actor] of Object.entries(ACTORS)) {
      this.#boxes[name] = new Box(actor, layout.box(actor));
      this.#svg.append(this.#boxes[name].element);
    }
    const box = (name) => layout.box(ACTORS[name]);
    const line = (name, from, to, kind) => {
      this.#labels[name] = arrow(this.#svg, from, to, kind, wide);
    };
    const { before, after } = layout.ends(box('tun'), box('udp'));
    const both = (first, second, out, back) => {
      const [a, b] = layout.between(first, second);
      line(out, shift(a, -1, wide), shift(b, -1, wide), 'out');
      line(back, shift(b, 1, wide), shift(a, 1, wide), 'in');
    };
    both(before, box('tun'), 'fromKernel', 'toKernel');
    both(box('tun'), box('peers'), 'read', 'written');
    both(box('peers'), box('udp'), 'sealed', 'opened');
    both(box('udp'), after, 'sent', 'received');
    for (const [name, from, to] of [
      ['messages', 'udp', 'handshakes'],
      ['wakes', 'router', 'peers'],
    ]) {
      const [a, b] = layout.across(box(from), box(to));
      line(name, a, b, 'control');
    }
    for (const [name, from, to] of [
      ['initiations', 'handshakes', 'router'],
      ['changes', 'sockets', 'router'],
    ]) {
      const [a, b] = layout.between(box(from), box(to));
      line(name, a, b, 'control');
    }
    for (const [text, at] of layout.words(box('tun'), box('udp'))) {
      const word = node('text', { x: at.x, y: at.y, class: 'end', 'text-anchor': 'middle' });
      word.textContent = text;
      this.#svg.append(word);
    }
  }
}

// ---- what is shown

function flowsOf(device) {
  const flow = (counter, unit) => {
    const value = device?.rateOf(counter);
    return { text: perSecond(value), label: `${perSecond(value)} ${unit}` };
  };
  return {
    read: flow('tun.read.frames', 'frames from TUN to peers'),
    written: flow('tun.write.packets', 'packets from peers to TUN'),
    sealed: flow('peer.tx.packets', 'packets from peers to UDP'),
    opened: flow('peer.rx.packets', 'packets from UDP to peers'),
    sent: flow('udp.send.datagrams', 'datagrams sent'),
    received: flow('udp.receive.datagrams', 'datagrams received'),
    messages: flow('handshake.admitted', 'handshake messages'),
  };
}

/** Of each actor: the loops that it is on, what waits in its buffers, and whether something is wrong. */
function loadsOf(router, device) {
  const loops = router?.loops ?? [];
  const { pools = [], counters = {}, up = true, listenPort } = device?.figures ?? {};
  const active = counters['router.peers-active'];
  const on = (...names) => loops.filter((loop) => names.includes(loop.name));
  const own = (prefix) => pools.filter((pool) => pool.name.startsWith(prefix));
  const shared = (prefix) => on('packet-1', ...own(prefix).map((pool) => pool.loop));
  return {
    tun: { loops: shared('tun'), pools: own('tun'), warning: up ? '' : 'down' },
    peers: {
      loops: loops.filter((loop) => loop.name.startsWith('packet')),
      pools: pools.filter((pool) => !/^(tun|udp)/.test(pool.name)),
      note: active === undefined ? '' : `${count(active)} active`,
    },
    udp: { loops: shared('udp'), pools: own('udp'), warning: listenPort === 0 ? 'closed' : '' },
    sockets: { loops: on('management') },
    router: { loops: on('control') },
    handshakes: { loops: on('control'), warning: counters['handshake.under-load'] ? 'under load' : '' },
  };
}

/** The busiest loop stands for several. */
function busiest(loops) {
  return loops.reduce((most, loop) => (most === null || loop.busy > most.busy ? loop : most), null);
}

function loopText(loops) {
  const most = busiest(loops);
  if (!most) return '';
  const name = loops.length === 1 ? most.name : `${loops.length} loops`;
  return `${name} ${percent(most.busy)}`;
}

function inWords(flows, loads) {
  const actors = Object.entries(loads).map(([name, { loops, note, warning }]) =>
    [ACTORS[name].title, loopText(loops) && `${loopText(loops)} busy`, warning || note].filter(Boolean).join(', '),
  );
  const passing = Object.values(flows).map((flow) => flow.label);
  return `The way of a packet. ${actors.join('. ')}. ${passing.join(', ')}.`;
}

// ---- where things are

function wideLayout(width) {
  const boxWidth = Math.min(210, (width - 2 * END.wide - 152) / 3);
  const gap = (width - 2 * END.wide - 3 * boxWidth) / 2;
  const heights = [104, 84];
  const box = ({ along, beside }) => ({
    x: END.wide + along * (boxWidth + gap),
    y: beside === 0 ? 8 : 8 + heights[0] + 44,
    width: boxWidth,
    height: heights[beside],
  });
  const middle = ({ y, height }) => y + height / 2;
  return {
    height: 8 + heights[0] + 44 + heights[1] + 4,
    box,
    between: (a, b) =>
      a.x < b.x
        ? [{ x: a.x + a.width, y: middle(a) }, { x: b.x, y: middle(b) }]
        : [{ x: a.x, y: middle(a) }, { x: b.x + b.width, y: middle(b) }],
    across: (a, b) =>
      a.y < b.y
        ? [{ x: a.x + a.width / 2, y: a.y + a.height }, { x: b.x + b.width / 2, y: b.y }]
        : [{ x: a.x + a.width / 2, y: a.y }, { x: b.x + b.width / 2, y: b.y + b.height }],
    ends: (first, last) => ({
      before: { ...first, x: 0, width: 6 },
      after: { ...last, x: width - 6 },
    }),
    words: (first, last) => [
      ['kernel', { x: END.wide / 2, y: middle(first) + 4 }],
      ['network', { x: width - END.wide / 2, y: middle(last) + 4 }],
    ],
  };
}

function narrowLayout(width) {
  const gap = 44;
  const boxWidth = [(width - gap) * 0.54, (width - gap) * 0.46];
  const boxHeight = 104;
  const box = ({ along, beside }) => ({
    x: beside === 0 ? 0 : boxWidth[0] + gap,
    y: END.narrow + along * (boxHeight + 46),
    width: boxWidth[beside],
    height: boxHeight,
  });
  const middle = ({ x, width: own }) => x + own / 2;
  return {
    height: 2 * END.narrow + 3 * boxHeight + 2 * 46,
    box,
    between: (a, b) =>
      a.y < b.y
        ? [{ x: middle(a), y: a.y + a.height }, { x: middle(b), y: b.y }]
        : [{ x: middle(a), y: a.y }, { x: middle(b), y: b.y + b.height }],
    across: (a, b) =>
      a.x < b.x
        ? [{ x: a.x + a.width, y: a.y + a.height / 2 }, { x: b.x, y: b.y + b.height / 2 }]
        : [{ x: a.x, y: a.y + a.height / 2 }, { x: b.x + b.width, y: b.y + b.height / 2 }],
    ends: (first, last) => ({
      before: { ...first, y: 0, height: 2 },
      after: { ...last, y: last.y + last.height + END.narrow - 2 },
    }),
    words: (first, last) => [
      ['kernel', { x: middle(first) - 45, y: 20 }],
      ['network', { x: middle(last) + 100, y: last.y + last.height + 22 }],
    ],
  };
}

/** The two arrows of a pair lie beside each other. */
function shift({ x, y }, side, wide) {
  return wide ? { x, y: y + side * 12 } : { x: x - side * 8, y };
}

// ---- drawing

function node(name, attributes = {}) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function arrowHeads() {
  const heads = node('defs');
  for (const kind of ['out', 'in', 'control']) {
    const head = node('marker', {
      id: `head-${kind}`,
      viewBox: '0 0 8 8',
      refX: 7,
      refY: 4,
      markerWidth: 8,
      markerHeight: 8,
      markerUnits: 'userSpaceOnUse',
      orient: 'auto',
    });
    head.append(node('path', { d: 'M0 0L8 4L0 8z', class: `head ${kind}` }));
    heads.append(head);
  }
  return heads;
}

/** Returns the text beside the arrow. */
function arrow(svg, from, to, kind, wide) {
  const level = from.y === to.y;
  const along = level ? Math.sign(to.x - from.x) : Math.sign(to.y - from.y);
  const gap = 4 * along;
  const ends = level
    ? { x1: from.x + gap, y1: from.y, x2: to.x - gap, y2: to.y }
    : { x1: from.x, y1: from.y + gap, x2: to.x, y2: to.y - gap };
  svg.append(node('line', { ...ends, class: `flow ${kind}`, 'marker-end': `url(#head-${kind})` }));
  const [x, y] = [(from.x + to.x) / 2, (from.y + to.y) / 2];
  const left = kind === 'in' && !level;
  const text = level
    ? node('text', { x, y: kind === 'in' ? y + 17 : y - 8, 'text-anchor': 'middle' })
    : node('text', { x: left ? x - 7 : x + 7, y: y + 4, 'text-anchor': left ? 'end' : 'start' });
  text.setAttribute('class', `rate ${kind}`);
  svg.append(text);
  return text;
}

function setLabel(text, words, title) {
  if (text.firstChild?.nodeValue === words) return;
  const tip = node('title');
  tip.textContent = title;
  text.replaceChildren(words, tip);
}

class Box {
  element = node('g');
  #shade;
  #lines;
  #note;
  #bars = node('g');
  #place;
  #task;

  constructor({ title, task }, place) {
    this.#place = place;
    this.#task = task;
    const { x, y, width, height } = place;
    const frame = { x: x + 0.5, y: y + 0.5, width: width - 1, height: height - 1, rx: 7 };
    this.#shade = node('rect', { ...frame, class: 'shade' });
    const text = (line, name) => node('text', { x: x + 11, y: y + 20 + line * 17, class: name });
    const heading = text(0, 'title');
    heading.textContent = title;
    this.#lines = [text(1, 'line'), text(2, 'line'), text(3, 'line')];
    this.#note = node('text', { x: x + width - 10, y: y + 20, 'text-anchor': 'end' });
    this.element.append(node('rect', { ...frame, class: 'box' }), this.#shade, heading, this.#note);
    this.element.append(...this.#lines, this.#bars);
  }

  /** @param warning what is wrong, instead of the note */
  show({ loops, pools = [], note = '', warning = '' }) {
    const most = busiest(loops);
    this.#shade.style.opacity = (most?.busy ?? 0) * 0.35;
    this.#shade.classList.toggle('high', most?.busy >= 0.85);
    const size = pools.reduce((sum, pool) => sum + pool.size, 0);
    const free = pools.reduce((sum, pool) => sum + pool.free, 0);
    const lines = [
      loopText(loops) || this.#task,
      most?.lagMicroseconds === undefined ? '' : `lag ${microseconds(most.lagMicroseconds)}`,
      size === 0 ? '' : `buffers ${count(free)} of ${count(size)} free`,
    ];
    lines.forEach((line, i) => setText(this.#lines[i], line));
    setText(this.#note, warning || note);
    this.#note.setAttribute('class', warning ? 'warning' : 'note');
    this.#showBars(loops);
  }

  /** A bar for each loop, at the foot of the box. */
  #showBars(loops) {
    const { x, y, width, height } = this.#place;
    const shown = loops.slice(0, 8);
    const each = (width - 20 - (shown.length - 1) * 3) / shown.length;
    while (this.#bars.children.length > 2 * shown.length) this.#bars.lastElementChild.remove();
    shown.forEach((loop, i) => {
      if (!this.#bars.children[2 * i]) this.#bars.append(node('rect'), node('rect'));
      const at = { x: x + 10 + i * (each + 3), y: y + height - 11, height: 4, rx: 2 };
      const [track, fill] = [this.#bars.children[2 * i], this.#bars.children[2 * i + 1]];
      for (const [key, value] of Object.entries({ ...at, width: each, class: 'track' })) track.setAttribute(key, value);
      const used = Math.max(0, Math.min(1, loop.busy ?? 0)) * each;
      const kind = loop.busy >= 0.85 ? 'fill high' : 'fill';
      for (const [key, value] of Object.entries({ ...at, width: used, class: kind })) fill.setAttribute(key, value);
    });
  }
}
