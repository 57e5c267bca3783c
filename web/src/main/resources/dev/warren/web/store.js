// What the router published last: interfaces, their peers and drops, and the last events.

const MAX_EVENTS = 200;
/** Seconds that a plot shows. */
export const WINDOW_SECONDS = 300;
const GROWING_MILLIS = 60_000;
const MAX_POINTS = 1200;

/** Rates of the last minutes, a point for each publication. */
export class History {
  times = [];
  received = [];
  sent = [];

  add(seconds, received, sent) {
    this.times.push(seconds);
    this.received.push(received ?? null);
    this.sent.push(sent ?? null);
    if (this.times.length > MAX_POINTS || this.times[0] < seconds - WINDOW_SECONDS * 1.2) {
      this.times.shift();
      this.received.shift();
      this.sent.shift();
    }
  }

  /** Where there were no figures, no line is drawn. */
  gap() {
    if (this.times.length > 0) this.add(Date.now() / 1000, null, null);
  }

  get data() {
    return [this.times, this.received, this.sent];
  }
}

class Interface {
  peers = new Map();
  list = [];
  history = new History();
  figures = null;
  receivedRate = undefined;
  sentRate = undefined;
  /** By reason: count, rate, and when it grew last. */
  drops = new Map();
  heardAt = 0;
  #round = 0;
  #nextPage = 0;
  #publishedAt = 0;

  constructor(name) {
    this.name = name;
  }

  /** Forgets what rates are made from: the next figures come after a time without. */
  interrupt() {
    this.#publishedAt = 0;
    this.receivedRate = undefined;
    this.sentRate = undefined;
    this.history.gap();
  }

  /** Takes a page of figures. True when it was the last of its round. */
  take(message, at) {
    this.heardAt = Date.now();
    if (message.page === 0) {
      this.#begin(message, at);
    } else if (message.page !== this.#nextPage) {
      this.#nextPage = -1; // a page was left out: who was removed is not known in this round
    }
    if (this.#nextPage >= 0) this.#nextPage = message.page + 1;
    let changed = false;
    for (const figures of message.peers) {
      let peer = this.peers.get(figures.publicKey);
      if (!peer) {
        peer = { key: figures.publicKey, position: this.peers.size };
        this.peers.set(figures.publicKey, peer);
        changed = true;
      }
      takePeer(peer, figures, at);
      peer.round = this.#round;
    }
    const last = message.page + 1 === message.pages;
    if (last && this.#nextPage === message.pages) {
      for (const peer of this.peers.values()) {
        if (peer.round !== this.#round) {
          this.peers.delete(peer.key);
          changed = true;
        }
      }
    }
    if (changed) this.list = [...this.peers.values()];
    return last;
  }

  #begin(message, at) {
    this.#round++;
    this.#nextPage = 0;
    const before = this.figures;
    this.figures = message;
    const seconds = (at - this.#publishedAt) / 1000;
    const known = before !== null && this.#publishedAt !== 0 && seconds > 0;
    this.#publishedAt = at;
    if (!known) {
      for (const [reason, total] of dropsOf(message)) this.drops.set(reason, { total, rate: 0, grewAt: 0 });
      return;
    }
    const grown = (name) => Math.max(0, (message.counters[name] ?? 0) - (before.counters[name] ?? 0)) / seconds;
    this.receivedRate = grown('peer.rx.bytes');
    this.sentRate = grown('peer.tx.bytes');
    this.history.add(at / 1000, this.receivedRate, this.sentRate);
    for (const [reason, total] of dropsOf(message)) {
      const drop = this.drops.get(reason) ?? { total: 0, rate: 0, grewAt: 0 };
      drop.rate = Math.max(0, total - drop.total) / seconds;
      if (drop.rate > 0) drop.grewAt = Date.now();
      drop.total = total;
      this.drops.set(reason, drop);
    }
  }

  /** Reasons that grew within the last minute, the fastest first. */
  growingDrops() {
    return [...this.drops]
      .filter(([, drop]) => drop.grewAt > Date.now() - GROWING_MILLIS)
      .sort(([a, x], [b, y]) => y.rate - x.rate || (a < b ? -1 : 1));
  }

  totalDrops() {
    let total = 0;
    for (const drop of this.drops.values()) total += drop.total;
    return total;
  }
}

function dropsOf(message) {
  return Object.entries(message.counters).filter(([name]) => name.includes('.drop.'));
}

function takePeer(peer, figures, at) {
  let drops = 0;
  for (const reason in figures.drops) drops += figures.drops[reason];
  if (peer.figures && drops > peer.drops) peer.dropsGrewAt = at;
  peer.name = figures.name ?? '';
  peer.online = figures.online;
  peer.endpoint = figures.endpoint ?? '';
  peer.handshake = figures.lastHandshake ? Date.parse(figures.lastHandshake) : 0;
  peer.received = figures.receivedBytesPerSecond;
  peer.sent = figures.sentBytesPerSecond;
  peer.rtt = figures.handshakeRttMicroseconds;
  peer.drops = drops;
  peer.figures = figures;
  peer.at = at;
  peer.history?.add(at / 1000, peer.received, peer.sent);
}

export class Store {
  interfaces = new Map();
  router = null;
  events = [];
  /** Of the router's clock, to reckon ages by it; the browser's may be another. */
  #clockAhead = 0;
  heardAt = 0;
  interval = 1000;

  get now() {
    return Date.now() + this.#clockAhead;
  }

  /** Takes a message of `/api/metrics`. Returns the interface whose round is complete with it, else null. */
  takeFigures(message) {
    const at = Date.parse(message.time);
    this.#clockAhead = at - Date.now();
    if (message.type === 'router') {
      if (this.router) this.interval = Math.max(100, at - Date.parse(this.router.time));
      this.router = message;
      this.heardAt = Date.now();
      for (const name of this.interfaces.keys()) {
        if (!message.interfaces.includes(name)) this.interfaces.delete(name);
      }
      for (const name of message.interfaces) {
        if (!this.interfaces.has(name)) this.interfaces.set(name, new Interface(name));
      }
      return null;
    }
    if (message.type !== 'interface') return null;
    let device = this.interfaces.get(message.interface);
    if (!device) this.interfaces.set(message.interface, (device = new Interface(message.interface)));
    return device.take(message, at) ? device : null;
  }

  interrupt() {
    this.router = null;
    for (const device of this.interfaces.values()) {
      device.interrupt();
      for (const peer of device.list) peer.history?.gap();
    }
  }

  takeEvent(event) {
    this.events.push(event);
    if (this.events.length > 2 * MAX_EVENTS) this.events = this.lastEvents();
  }

  lastEvents() {
    return this.events.slice(-MAX_EVENTS);
  }

  /** Milliseconds without figures from which on they are called stale. */
  get staleAfter() {
    return Math.max(3000, 3 * this.interval);
  }
}
